import * as z from "zod";
import { keyKinds, keySchema, listOf, newKeySchema, scopes, scopeSchema, type KeyView } from "../../src/api/management.ts";
import { Fault } from "../../src/domain/fault.ts";
import { createKey, type KeyRow, listKeys, revokeKey } from "../../src/storage/control/key-ring.ts";
import { forgetKeys } from "../keys.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { instant } from "./present.ts";
import { badInput } from "./problem.ts";
import { answer, noContent, route, type Route } from "./route.ts";

const present = (row: KeyRow): KeyView => ({
  id: row.id,
  kind: row.kind === "write" ? "write" : "api",
  name: row.name,
  prefix: row.prefix,
  scopes: z.array(scopeSchema).catch([]).parse(JSON.parse(row.scopes)),
  createdAt: instant(row.created_at),
  expiresAt: row.expires_at === null ? null : instant(row.expires_at),
});

export const keys: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/keys",
      summary: "Lists keys, never their texts",
      scope: "admin",
      query: z.strictObject(paging),
      answers: { 200: listOf(keySchema) },
    },
    async ({ env, workspace, query }) => {
      const [after = ""] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
      const rows = await listKeys(env.DB, workspace, { after, limit: query.limit + 1 });
      const items = rows.slice(0, query.limit);
      const last = items.at(-1);
      return answer({ items: items.map(present), next: rows.length > query.limit && last !== undefined ? toCursor([last.id]) : null });
    },
  ),
  route(
    {
      method: "post",
      path: "/api/keys",
      summary: "Makes a key; its text is in this answer and nowhere else",
      scope: "admin",
      body: z.strictObject({
        kind: z.enum(keyKinds).describe("write: for apps and pages, may only send events; api: for servers, allowed what its scopes say"),
        name: z.string().min(1).max(200),
        scopes: z.array(scopeSchema).min(1).max(scopes.length).optional().describe("of an api key; all when left out"),
        expiresAt: z.iso.datetime({ offset: true }).optional(),
      }),
      answers: { 201: newKeySchema },
    },
    async ({ env, workspace, body }) => {
      if (body.kind === "write" && body.scopes !== undefined)
        throw badInput("scopes", "a write key may only send events and has no scopes to choose");
      const now = Date.now();
      const expiresAt = body.expiresAt === undefined ? null : Date.parse(body.expiresAt);
      if (expiresAt !== null && expiresAt <= now) throw badInput("expiresAt", "must be in the future");
      const allowed = body.kind === "write" ? ["ingest"] : [...new Set(body.scopes ?? scopes)];
      const { row, text, statement } = await createKey(env.DB, {
        workspace,
        kind: body.kind,
        name: body.name,
        scopes: allowed,
        expiresAt,
        now,
      });
      await statement.run();
      return answer({ ...present(row), text }, { status: 201 });
    },
  ),
  route(
    {
      method: "delete",
      path: "/api/keys/{id}",
      summary: "Revokes a key; isolates that knew it refuse it within a minute",
      scope: "admin",
      answers: { 204: undefined },
    },
    async ({ env, workspace, params }) => {
      if (!(await revokeKey(env.DB, workspace, params["id"] ?? "", Date.now()))) throw new Fault("not-found", "There is no such key");
      forgetKeys();
      return noContent();
    },
  ),
];
