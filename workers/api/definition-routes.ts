import * as z from "zod";
import { definitionFields, listOf } from "../../src/api/management.ts";
import { problemsOf } from "../../src/api/problems.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { Fault, type InputProblem } from "../../src/domain/fault.ts";
import { contentHash } from "../../src/storage/control/catalogs.ts";
import {
  countDefinitions,
  type DefinitionKind,
  type DefinitionRow,
  deleteDefinition,
  pageDefinitions,
  putDefinition,
  readDefinition,
} from "../../src/storage/control/definitions.ts";
import type { Env } from "../env.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { refusal } from "./problem.ts";
import { instant } from "./present.ts";
import { changeCatalog, checkIfMatch } from "../publish.ts";
import { derivedSecret } from "../seal.ts";
import { answer, type Call, noContent, route, type Route } from "./route.ts";

/** A kind of definition that is live on PUT. What differs between kinds is here; the verbs are the same. */
export interface LiveKind<T extends { readonly key: string }> {
  readonly kind: Exclude<DefinitionKind, "journey">;
  /** "/api/segments" */
  readonly path: string;
  /** "segment", for summaries. */
  readonly title: string;
  readonly schema: z.ZodType<T>;
  /** Read-only fields this kind is answered with, beside those of all definitions. */
  readonly fields?: Readonly<Record<string, z.ZodType>>;
  /** What is wrong with it beyond its shape. */
  readonly lint?: (definition: T) => readonly InputProblem[];
  /** What is kept in the place of what was put (compiled, and checked for what only that shows). @throws Fault bad-definition */
  readonly build?: (definition: T) => Promise<T>;
  /** The stored texts of a definition: what may be read, and what is sealed. Default: all of it, nothing sealed. */
  readonly store?: (env: Env, workspace: string, definition: T) => Promise<{ readonly body: string; readonly sealed: string | null }>;
  /** Completes what was put from what is stored (settings that are never read back). */
  readonly complete?: (env: Env, workspace: string, put: unknown, key: string) => Promise<unknown>;
  /** How a stored definition is answered. Default: as it was put. */
  readonly present?: (body: Record<string, unknown>) => Record<string, unknown>;
  /** What is known about definitions beyond their rows, by key; answered beside `fields`. Read for lists and for one alike. */
  readonly known?: (
    env: Env,
    workspace: string,
    keys: readonly string[],
    origin: string,
  ) => Promise<ReadonlyMap<string, Record<string, unknown>>>;
  readonly publish: (live: CatalogDocument, definition: T) => CatalogDocument;
  readonly withdraw: (live: CatalogDocument, key: string) => CatalogDocument;
  /** Does a PUT of what is stored already change something all the same? */
  readonly isStale?: (live: CatalogDocument, key: string) => boolean;
  /** What still names the definition: it cannot go before they do. */
  readonly usedBy: (live: CatalogDocument, key: string) => readonly string[];
  /** Statements that follow from the next catalog, run after the definition's own in the same transaction. */
  readonly settle?: (db: D1Database, next: CatalogDocument) => readonly D1PreparedStatement[];
  /** Runs after a change is live. */
  /** What a PUT is answered beside the definition, by what was live before it. */
  readonly putBeside?: (live: CatalogDocument, definition: T) => Readonly<Record<string, unknown>>;
  readonly published?: (call: Call<unknown, unknown>, version: number) => Promise<void>;
}

/** Most definitions of a kind in a workspace: a catalog is compiled and held whole. */
const maxDefinitions = 5_000;

/** A stored definition as it is answered: its fields, then those that only we write. */
export const presentDefinition = (
  row: DefinitionRow,
  present: (body: Record<string, unknown>) => Record<string, unknown> = (body) => body,
) => ({
  ...present(JSON.parse(row.body) as Record<string, unknown>), // was an object when it was stored
  createdAt: instant(row.created_at),
  updatedAt: instant(row.updated_at),
});

/** Takes off the read-only fields that a GET adds and gives a body without a key the path's. @throws Fault bad-definition when they differ */
export const prepareDefinition =
  (readOnly: readonly string[]) =>
  (body: unknown, params: Readonly<Record<string, string>>): unknown => {
    if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
    const own = Object.fromEntries(Object.entries(body).filter(([name]) => !readOnly.includes(name)));
    if (own["key"] !== undefined && own["key"] !== params["key"])
      throw refusal("bad-definition", [{ path: "key", message: `must be "${params["key"]}", as in the path` }]);
    return { ...own, key: params["key"] };
  };

/** GET list, GET, PUT and DELETE of one kind. */
export const definitionRoutes = <T extends { readonly key: string }>(kind: LiveKind<T>): readonly Route[] => {
  const fields = { ...definitionFields, ...kind.fields };
  const answered = z.looseObject({ key: z.string(), ...fields }).describe(`the ${kind.title}, as it was put`);
  const path = `${kind.path}/{key}`;
  const find = async (call: Call<unknown, unknown>): Promise<DefinitionRow> => {
    const row = await readDefinition(call.env.DB, call.workspace, kind.kind, call.params["key"] ?? "");
    if (row === undefined) throw new Fault("not-found", `There is no ${kind.title} "${call.params["key"]}"`);
    return row;
  };

  const presentAll = async ({ env, workspace, request }: Call<unknown, unknown>, rows: readonly DefinitionRow[]) => {
    const known = await kind.known?.(
      env,
      workspace,
      rows.map(({ key }) => key),
      new URL(request.url).origin,
    );
    return (row: DefinitionRow) => ({ ...presentDefinition(row, kind.present), ...known?.get(row.key) });
  };

  return [
    route(
      {
        method: "get",
        path: kind.path,
        summary: `Lists ${kind.title}s by key`,
        scope: "read",
        query: z.strictObject(paging),
        answers: { 200: listOf(answered) },
      },
      async (call) => {
        const { env, workspace, query } = call;
        const [after = ""] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
        const { rows, more } = await pageDefinitions(env.DB, workspace, kind.kind, { after, limit: query.limit });
        const last = rows.at(-1);
        return answer({ items: rows.map(await presentAll(call, rows)), next: more && last !== undefined ? toCursor([last.key]) : null });
      },
    ),
    route({ method: "get", path, summary: `One ${kind.title}`, scope: "read", answers: { 200: answered }, etag: true }, async (call) => {
      const row = await find(call);
      return answer((await presentAll(call, [row]))(row), { etag: row.etag });
    }),
    route(
      {
        method: "put",
        path,
        summary: `Creates or replaces a ${kind.title}; live at once`,
        scope: "write",
        body: kind.complete === undefined ? kind.schema : z.unknown(),
        documentedBody: kind.schema,
        prepare: prepareDefinition(Object.keys(fields)),
        refusal: "bad-definition",
        answers: { 200: answered, 201: answered },
        etag: true,
      },
      async (call) => {
        const { env, workspace, request } = call;
        const key = call.params["key"] ?? "";
        const given = kind.complete === undefined ? (call.body as T) : await completed(kind, call, key); // checked by `body` above
        const problems = kind.lint?.(given) ?? [];
        if (problems.length > 0) throw refusal("bad-definition", problems);
        const definition = kind.build === undefined ? given : await kind.build(given);
        let earlier: CatalogDocument | undefined;
        const { answer: saved } = await changeCatalog(env, workspace, async (live) => {
          const before = await readDefinition(env.DB, workspace, kind.kind, key);
          checkIfMatch(request, before?.etag);
          earlier = live;
          if (before === undefined) await refuseTooMany(env, workspace, kind.kind);
          const { body, sealed } =
            kind.store === undefined ? { body: JSON.stringify(definition), sealed: null } : await kind.store(env, workspace, definition);
          const etag = await contentHash(sealed === null ? body : await closedText(env, `${body}\n${JSON.stringify(definition)}`));
          if (before?.etag === etag && kind.isStale?.(live, key) !== true) return { unchanged: { row: before, status: 200 } };
          const now = Date.now();
          const row: DefinitionRow = {
            workspace,
            kind: kind.kind,
            key,
            body,
            etag,
            sealed,
            version: live.version + 1,
            status: "live",
            created_at: before?.created_at ?? now,
            updated_at: now,
          };
          const document = kind.publish(live, definition);
          return {
            document,
            statements: [putDefinition(env.DB, row), ...(kind.settle?.(env.DB, document) ?? [])],
            answer: { row, status: before === undefined ? 201 : 200 },
          };
        });
        // Also when nothing changed: whoever puts it again may have had no answer because just this failed.
        await kind.published?.(call, saved.row.version);
        const row = kind.settle === undefined ? saved.row : await find(call);
        const beside = earlier && kind.putBeside?.(earlier, definition);
        return answer({ ...(await presentAll(call, [row]))(row), ...beside }, { status: saved.status, etag: row.etag });
      },
    ),
    route(
      { method: "delete", path, summary: `Deletes a ${kind.title}`, scope: "write", answers: { 204: undefined }, etag: true },
      async (call) => {
        const { env, workspace, request } = call;
        const key = call.params["key"] ?? "";
        const { version } = await changeCatalog(env, workspace, async (live) => {
          const before = await find(call);
          checkIfMatch(request, before.etag);
          const users = kind.usedBy(live, key);
          if (users.length > 0) throw new Fault("conflict", `The ${kind.title} "${key}" is used by ${users.slice(0, 10).join(", ")}`);
          const document = kind.withdraw(live, key);
          return {
            document,
            statements: [deleteDefinition(env.DB, workspace, kind.kind, key), ...(kind.settle?.(env.DB, document) ?? [])],
            answer: undefined,
          };
        });
        await kind.published?.(call, version);
        return noContent();
      },
    ),
  ];
};

/**
 * What is hashed of a definition with secrets. An ETag is shown to whoever may read: of the secrets alone it would let them try
 * passwords until one fits. It is another one after TERN_SECRET changed, so that what is put again is sealed again.
 */
const closedText = async (env: Env, text: string): Promise<string> => `${await derivedSecret(env, "etags")}\n${text}`;

const completed = async <T extends { readonly key: string }>(kind: LiveKind<T>, call: Call<unknown, unknown>, key: string): Promise<T> => {
  const result = kind.schema.safeParse(await kind.complete?.(call.env, call.workspace, call.body, key));
  if (!result.success) throw refusal("bad-definition", problemsOf(result.error));
  return result.data;
};

/** @throws Fault conflict when the workspace has as many of the kind as it may */
export const refuseTooMany = async (env: Env, workspace: string, kind: DefinitionKind): Promise<void> => {
  if ((await countDefinitions(env.DB, workspace, kind)) >= maxDefinitions)
    throw new Fault("conflict", `A workspace may have ${maxDefinitions} of a kind`);
};

/** A page of rows read with one more than asked for: the surplus one says that there is a next page. */
export const pageOf = <Row extends { readonly key: string }, T>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => T,
): { items: T[]; next: string | null } => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(present), next: rows.length > limit && last !== undefined ? toCursor([last.key]) : null };
};
