import * as z from "zod";
import { journeyFields, journeySummarySchema, warningsSchema } from "../../src/api/journey-view.ts";
import { definitionFields, listOf, statisticsSchema } from "../../src/api/management.ts";
import { Fault } from "../../src/domain/fault.ts";
import { type JourneyDefinition, journeySchema } from "../../src/domain/journey/journey.ts";
import { contentHash } from "../../src/storage/control/catalogs.ts";
import { deleteDefinition, listDefinitions, readDefinition } from "../../src/storage/control/definitions.ts";
import { saveDraft } from "../../src/storage/control/journeys.ts";
import { startBackfill } from "./backfill.ts";
import { pageOf, prepareDefinition, refuseTooMany } from "./definition-routes.ts";
import { fromCursor, paging } from "./paging.ts";
import { findJourney, keyOf, liveDocument, mustHoldTogether, presentJourney, publishedOf, warningsOf } from "./journey-definitions.ts";
import { journeyEnter } from "./journey-enter.ts";
import { journeyLifecycle } from "./journey-lifecycle.ts";
import { journeyVersions } from "./journey-versions.ts";
import { changeCatalog, checkIfMatch } from "../publish.ts";
import { answer, noContent, route, type Route } from "./route.ts";
import { armSchedule } from "./schedule.ts";
import { journeyStatistics, journeyTotals } from "./statistics.ts";

const path = "/api/journeys/{key}";
const fields = { ...journeyFields, ...definitionFields };
const answered = z
  .looseObject({ key: z.string(), name: z.string(), ...fields })
  .describe("the draft, as it was put, and what is published of it");
const answeredPut = answered.extend({ warnings: warningsSchema.meta({ readOnly: true }) });
const readOnly = [...Object.keys(fields), "warnings"];

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
          const { key, name, description, ...rest } = presentJourney(row, publishedOf(live, row.key)) as ReturnType<typeof presentJourney> &
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
      return answer(presentJourney(row, publishedOf(await liveDocument(call.env, call.workspace), row.key)), { etag: row.etag });
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
      answers: { 200: answeredPut, 201: answeredPut },
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
      return answer(
        { ...presentJourney(row, publishedOf(live, row.key)), warnings: warningsOf(journey, live) },
        { status: before === undefined ? 201 : 200, etag: row.etag },
      );
    },
  ),
  route(
    { method: "delete", path, summary: "Deletes the journey; its live runs end", scope: "write", answers: { 204: undefined }, etag: true },
    async (call) => {
      const { env, workspace, request } = call;
      const key = keyOf(call);
      const { version, answer: gone } = await changeCatalog(env, workspace, async (live) => {
        checkIfMatch(request, (await findJourney(call)).etag);
        return {
          document: { ...live, journeys: live.journeys.filter(({ definition }) => definition.key !== key) },
          statements: [deleteDefinition(env.DB, workspace, "journey", key)],
          answer: publishedOf(live, key),
        };
      });
      await startBackfill(env, { workspace, kind: "journey", key, version }, { catalog: version });
      await armSchedule(env, workspace, { key, versions: [gone] });
      return noContent();
    },
  ),
  ...journeyLifecycle,
  ...journeyVersions,
  journeyEnter,
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
      const { key, body } = await findJourney(call);
      const { goals = [] } = JSON.parse(body) as JourneyDefinition; // checked by the strict schema before it was stored
      const wanted = { key, version: call.query.version, goals: goals.map((goal) => goal.key) };
      return answer(await journeyStatistics(call.env, call.workspace, wanted));
    },
  ),
];
