import * as z from "zod";
import {
  journeyFields,
  definitionFields,
  journeySummarySchema,
  journeyVersionSchema,
  listOf,
  statisticsSchema,
} from "../../src/api/management.ts";
import type { CatalogDocument, PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { type JourneyDefinition, journeySchema } from "../../src/domain/journey/journey.ts";
import { contentHash, readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { type DefinitionRow, deleteDefinition, listDefinitions, readDefinition } from "../../src/storage/control/definitions.ts";
import { listVersions, saveDraft } from "../../src/storage/control/journeys.ts";
import { catalogFor } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { startBackfill } from "./backfill.ts";
import { pageOf, prepareDefinition, presentDefinition, refuseTooMany } from "./definition-routes.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { findJourney, keyOf, mustHoldTogether, publishedOf } from "./journey-definitions.ts";
import { journeyLifecycle } from "./journey-lifecycle.ts";
import { instant } from "./present.ts";
import { changeCatalog, checkIfMatch } from "./publish.ts";
import { answer, noContent, route, type Route } from "./route.ts";
import { journeyStatistics, journeyTotals } from "./statistics.ts";

const path = "/api/journeys/{key}";
const fields = { ...journeyFields, ...definitionFields };
const answered = z
  .looseObject({ key: z.string(), name: z.string(), ...fields })
  .describe("the draft, as it was put, and what is published of it");
const readOnly = Object.keys(fields);

/** The status is the catalog's: a row read beside it may be a moment older or newer, and only for people. */
const present = (row: DefinitionRow, published: PublishedJourney | undefined) => ({
  ...presentDefinition(row),
  status: row.status,
  version: row.version,
  changed: published === undefined || JSON.stringify(published.definition) !== row.body,
});

const liveDocument = async (env: Env, workspace: string): Promise<CatalogDocument> =>
  (await catalogFor(env, workspace, await readLiveVersion(env.DB, workspace))).document;

export const journeys: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/journeys",
      summary: "Lists journeys by key",
      scope: "read",
      query: z.strictObject(paging),
      answers: { 200: listOf(journeySummarySchema) },
    },
    async ({ env, workspace, query }) => {
      const [after = ""] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
      const rows = await listDefinitions(env.DB, workspace, "journey", { after, limit: query.limit + 1 });
      const live = await liveDocument(env, workspace);
      const totals = await journeyTotals(
        env,
        workspace,
        rows.map(({ key }) => key),
      );
      return answer(
        pageOf(rows, query.limit, (row) => {
          const { key, name, description, ...rest } = present(row, publishedOf(live, row.key)) as ReturnType<typeof present> &
            Pick<JourneyDefinition, "key" | "name" | "description">; // the stored draft
          const { status: state, version, changed, createdAt, updatedAt } = rest;
          return {
            key,
            name,
            ...(description === undefined ? {} : { description }),
            status: state,
            version,
            changed,
            createdAt,
            updatedAt,
            counts: totals.get(key) ?? { started: 0, live: 0, ended: 0 },
          };
        }),
      );
    },
  ),
  route(
    { method: "get", path, summary: "The journey's draft and its status", scope: "read", answers: { 200: answered }, etag: true },
    async (call) => {
      const row = await findJourney(call);
      return answer(present(row, publishedOf(await liveDocument(call.env, call.workspace), row.key)), { etag: row.etag });
    },
  ),
  route(
    {
      method: "put",
      path,
      summary: "Creates or replaces the journey's draft; what is published stays until the draft is",
      scope: "write",
      body: journeySchema,
      prepare: prepareDefinition(readOnly),
      refusal: "bad-definition",
      answers: { 200: answered, 201: answered },
      etag: true,
    },
    async (call) => {
      const { env, workspace, request, body: journey } = call;
      const live = await liveDocument(env, workspace);
      mustHoldTogether(journey, live);
      const before = await readDefinition(env.DB, workspace, "journey", journey.key);
      checkIfMatch(request, before?.etag);
      if (before === undefined) await refuseTooMany(env, workspace, "journey");
      const text = JSON.stringify(journey);
      const ifMatch = request.headers.has("if-match") ? before?.etag : undefined;
      const saved = await saveDraft(
        env.DB,
        { workspace, key: journey.key, body: text, etag: await contentHash(text), now: Date.now() },
        ifMatch,
      );
      if (!saved) throw new Fault("changed-meanwhile");
      const row = await findJourney(call);
      return answer(present(row, publishedOf(live, row.key)), { status: before === undefined ? 201 : 200, etag: row.etag });
    },
  ),
  route(
    { method: "delete", path, summary: "Deletes the journey; its live runs end", scope: "write", answers: { 204: undefined }, etag: true },
    async (call) => {
      const { env, workspace, request } = call;
      const key = keyOf(call);
      const { version } = await changeCatalog(env, workspace, async (live) => {
        checkIfMatch(request, (await findJourney(call)).etag);
        return {
          document: { ...live, journeys: live.journeys.filter(({ definition }) => definition.key !== key) },
          statements: [deleteDefinition(env.DB, workspace, "journey", key)],
          answer: undefined,
        };
      });
      await startBackfill(env, { workspace, kind: "journey", key, version }, { catalog: version });
      return noContent();
    },
  ),
  ...journeyLifecycle,
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
      path: `${path}/statistics`,
      summary: "What each step of the journey did",
      scope: "read",
      query: z.strictObject({ version: z.coerce.number().int().positive().optional() }),
      answers: { 200: statisticsSchema },
    },
    async (call) => {
      const { key } = await findJourney(call);
      return answer(await journeyStatistics(call.env, call.workspace, { key, version: call.query.version }));
    },
  ),
];
