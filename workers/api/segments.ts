import * as z from "zod";
import { backfillSchema, listOf, memberSchema, segmentFields } from "../../src/api/management.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { compileCatalog } from "../../src/domain/catalog/compile.ts";
import { Fault } from "../../src/domain/fault.ts";
import { type SegmentDefinition, segmentSchema } from "../../src/domain/segment/segment.ts";
import { keptMs, seesBackTo } from "../../src/domain/user/keeping.ts";
import { type DefinitionRow, readDefinition } from "../../src/storage/control/definitions.ts";
import { countMembers, listMembers, memberCountLimit } from "../../src/storage/shard/directory.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";
import { backfillProgress, startBackfill } from "./backfill.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { mergedPage } from "./merged-page.ts";
import { fromCursor, paging } from "./paging.ts";
import { instantOrNull, presentMember } from "./present.ts";
import { withDefinition, withoutDefinition } from "../publish.ts";
import { answer, type Call, route, type Route } from "./route.ts";

const membersOf = async (env: Env, workspace: string, keys: readonly string[]) => {
  const shards = await Promise.all(shardsOf(env).map((db) => countMembers(db, workspace, keys)));
  const counts = new Map<string, number>();
  for (const { segment, n } of shards.flat()) counts.set(segment, Math.min((counts.get(segment) ?? 0) + n, memberCountLimit + 1));
  return new Map([...counts].map(([key, members]) => [key, { members }] as const));
};

const kind: LiveKind<SegmentDefinition> = {
  kind: "segment",
  path: "/api/segments",
  title: "segment",
  schema: segmentSchema,
  fields: segmentFields,
  known: membersOf,
  publish: (live, segment) => ({ ...live, segments: withDefinition(live.segments, segment) }),
  withdraw: (live, key) => ({ ...live, segments: withoutDefinition(live.segments, key) }),
  usedBy: (live, key) => namedBy(live, key),
  putBeside: (live, segment) => ({ seesBackTo: instantOrNull(sightOf(live, segment) ?? null) }),
  published: ({ env, workspace, params }, catalog) =>
    startBackfill(env, { workspace, kind: "segment", key: params["key"] ?? "", version: catalog }, { catalog }),
};

/** Back to when the segment's condition surely sees, where that is less than it asks for. */
const sightOf = (live: CatalogDocument, segment: SegmentDefinition): number | undefined => {
  const next = compileCatalog({ ...live, segments: withDefinition(live.segments, segment) });
  const condition = next.segments.get(segment.key)?.condition;
  const earlier = live.version === 0 ? undefined : compileCatalog(live);
  return condition && seesBackTo(condition, { now: Date.now(), kept: keptMs(live), earlier });
};

/** What asks for a segment: other segments and journeys that are not stopped. */
const namedBy = (live: CatalogDocument, key: string): readonly string[] => [
  ...live.segments
    .filter((segment) => segment.key !== key && segment.kind === "dynamic" && asksFor(segment.condition, key))
    .map((segment) => `the segment "${segment.key}"`),
  ...live.journeys
    .filter(({ status, definition }) => status !== "stopped" && asksFor(definition, key))
    .map(({ definition }) => `the journey "${definition.key}"`),
];

/** Conditions, triggers and steps of type "segment" anywhere inside a definition. */
const asksFor = (json: unknown, key: string): boolean => {
  if (typeof json !== "object" || json === null) return false;
  if ("type" in json && (json.type === "segment" || json.type === "schedule")) {
    if ("segment" in json && json.segment === key) return true;
    // The step of that type names the manual segments it puts users into and takes them out of.
    for (const field of ["add", "remove"] as const) if (listIn(json, field).includes(key)) return true;
  }
  return Object.values(json).some((inner) => asksFor(inner, key));
};

const listIn = (json: object, field: string): readonly unknown[] => {
  const value: unknown = (json as Readonly<Record<string, unknown>>)[field];
  return Array.isArray(value) ? value : [];
};

const find = async ({ env, workspace, params }: Call<unknown, unknown>): Promise<DefinitionRow> => {
  const row = await readDefinition(env.DB, workspace, "segment", params["key"] ?? "");
  if (row === undefined) throw new Fault("not-found", `There is no segment "${params["key"]}"`);
  return row;
};

export const segments: readonly Route[] = [
  ...definitionRoutes(kind),
  route(
    {
      method: "get",
      path: "/api/segments/{key}/members",
      summary: "Users in the segment",
      scope: "read",
      query: z.strictObject(paging),
      answers: { 200: listOf(memberSchema) },
    },
    async (call) => {
      const { env, workspace, query } = call;
      const { key: segment } = await find(call);
      const [after = ""] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
      const rows = await Promise.all(shardsOf(env).map((db) => listMembers(db, { workspace, segment, after, limit: query.limit + 1 })));
      return answer(mergedPage(rows, { limit: query.limit, order: "ascending", keyOf: (row) => [row.user], present: presentMember }));
    },
  ),
  route(
    {
      method: "get",
      path: "/api/segments/{key}/backfill",
      summary: "How far the users were brought up to the segment's newest definition",
      scope: "read",
      answers: { 200: backfillSchema },
    },
    async (call) => {
      const { key, version } = await find(call);
      const { startedAt, finishedAt, ...progress } = await backfillProgress(call.env, {
        workspace: call.workspace,
        kind: "segment",
        key,
        version,
      });
      return answer({ ...progress, startedAt: instantOrNull(startedAt), finishedAt: instantOrNull(finishedAt) });
    },
  ),
];
