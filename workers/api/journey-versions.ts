import * as z from "zod";
import { differencesSchema, journeyFields, journeyVersionSchema } from "../../src/api/journey-view.ts";
import { definitionFields, listOf } from "../../src/api/management.ts";
import { Fault } from "../../src/domain/fault.ts";
import { differences } from "../../src/domain/journey/diff.ts";
import type { JourneyDefinition } from "../../src/domain/journey/journey.ts";
import { contentHash, readJourneyVersions } from "../../src/storage/control/catalogs.ts";
import type { DefinitionRow } from "../../src/storage/control/definitions.ts";
import { listVersions, saveDraft } from "../../src/storage/control/journeys.ts";
import { type AnyCall, findJourney, liveDocument, presentJourney, publishedOf } from "./journey-definitions.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { instant } from "./present.ts";
import { checkIfMatch } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";

const path = "/api/journeys/{key}";
const versionNumber = z.int().positive();

/** A version as a query names it. */
const versionName = z
  .string()
  .regex(/^(draft|published|[1-9]\d{0,8})$/, 'a version is "draft", "published" or a number')
  .describe("draft, published or a version's number");

/** The definition under a version's name. @throws Fault not-found, conflict (nothing is published) */
const named = async (call: AnyCall, row: DefinitionRow, name: string): Promise<{ readonly name: string; readonly definition: unknown }> => {
  if (name === "draft") return { name, definition: JSON.parse(row.body) };
  if (name !== "published") return { name, definition: await versionOf(call, row.key, Number(name)) };
  const published = publishedOf(await liveDocument(call.env, call.workspace), row.key);
  if (published === undefined) throw new Fault("conflict", `The journey "${row.key}" was never published`);
  return { name: String(published.version), definition: published.definition };
};

/** @throws Fault not-found */
const versionOf = async ({ env, workspace }: AnyCall, key: string, version: number): Promise<JourneyDefinition> => {
  const [found] = await readJourneyVersions(env.DB, workspace, [{ key, version }]);
  if (found === undefined) throw new Fault("not-found", `The journey "${key}" has no version ${version}`);
  return found.definition;
};

/** Versions, what changed between them, and going back to one. */
export const journeyVersions: readonly Route[] = [
  route(
    {
      method: "get",
      path: `${path}/versions`,
      summary: "Published versions, newest first",
      scope: "read",
      query: z.strictObject(paging),
      answers: { 200: listOf(journeyVersionSchema) },
    },
    async (call) => {
      const { env, workspace, query } = call;
      const { key } = await findJourney(call);
      const [before = Number.MAX_SAFE_INTEGER] = fromCursor(query.cursor, z.tuple([z.number()])) ?? [];
      const rows = await listVersions(env.DB, { workspace, key }, { before, limit: query.limit + 1 });
      const items = rows
        .slice(0, query.limit)
        .map((row) => ({ version: row.version, publishedAt: instant(row.published_at), definition: JSON.parse(row.body) as unknown }));
      const last = items.at(-1);
      return answer({ items, next: rows.length > query.limit && last !== undefined ? toCursor([last.version]) : null });
    },
  ),
  route(
    {
      method: "get",
      path: `${path}/diff`,
      summary: "What is different between two versions; left out: between what is published and the draft",
      scope: "read",
      query: z.strictObject({ from: versionName.default("published"), to: versionName.default("draft") }),
      answers: { 200: differencesSchema },
    },
    async (call) => {
      const row = await findJourney(call);
      const [from, to] = [await named(call, row, call.query.from), await named(call, row, call.query.to)];
      return answer({ from: from.name, to: to.name, changes: differences(from.definition, to.definition) });
    },
  ),
  route(
    {
      method: "post",
      path: `${path}/restore`,
      summary: "Makes the draft equal to an earlier version; publishing it is another call",
      scope: "write",
      body: z.strictObject({ version: versionNumber }),
      answers: { 200: z.looseObject({ key: z.string(), name: z.string(), ...journeyFields, ...definitionFields }) },
      etag: true,
    },
    async (call) => {
      const { env, workspace, request, body } = call;
      const before = await findJourney(call);
      checkIfMatch(request, before.etag);
      // As it was then: what it names may be gone since, which publishing it would say.
      const text = JSON.stringify(await versionOf(call, before.key, body.version));
      const ifMatch = request.headers.has("if-match") ? before.etag : undefined;
      const draft = { workspace, key: before.key, body: text, etag: await contentHash(text), now: Date.now() };
      if (!(await saveDraft(env.DB, draft, ifMatch))) throw new Fault("changed-meanwhile");
      const row = await findJourney(call);
      return answer(presentJourney(row, publishedOf(await liveDocument(env, workspace), row.key)), { etag: row.etag });
    },
  ),
];
