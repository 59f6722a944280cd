import * as z from "zod";
import { journeyFields, definitionFields, journeyStateSchema, journeySummarySchema, journeyVersionSchema, listOf, statisticsSchema } from "../../src/api/management.ts";
import type { CatalogDocument, PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { type JourneyDefinition, journeySchema } from "../../src/domain/journey/journey.ts";
import { lintJourney } from "../../src/domain/journey/lint.ts";
import { contentHash, readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { type DefinitionRow, deleteDefinition, listDefinitions, readDefinition } from "../../src/storage/control/definitions.ts";
import { addVersion, listVersions, markPublished, saveDraft } from "../../src/storage/control/journeys.ts";
import { catalogFor } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { startBackfill } from "./backfill.ts";
import { pageOf, prepareDefinition, presentDefinition } from "./definition-routes.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { instant } from "./present.ts";
import { refusal } from "./problem.ts";
import { changeCatalog, checkIfMatch } from "./publish.ts";
import { answer, type Call, noContent, route, type Route } from "./route.ts";
import { journeyStatistics, journeyTotals } from "./statistics.ts";

const path = "/api/journeys/{key}";
const fields = { ...journeyFields, ...definitionFields };
const answered = z.looseObject({ key: z.string(), name: z.string(), ...fields }).describe("the draft, as it was put, and what is published of it");
const readOnly = Object.keys(fields);

type AnyCall = Call<unknown, unknown>;

const keyOf = ({ params }: AnyCall): string => params["key"] ?? "";

const find = async ({ env, workspace, params }: AnyCall): Promise<DefinitionRow> => {
  const row = await readDefinition(env.DB, workspace, "journey", params["key"] ?? "");
  if (row === undefined) throw new Fault("not-found", `There is no journey "${params["key"]}"`);
  return row;
};

const publishedOf = (live: CatalogDocument, key: string): PublishedJourney | undefined => live.journeys.find(({ definition }) => definition.key === key);

/** The status is the catalog's: a row read beside it may be a moment older or newer, and only for people. */
const present = (row: DefinitionRow, published: PublishedJourney | undefined) => ({
  ...presentDefinition(row),
  status: row.status,
  version: row.version,
  changed: published === undefined || JSON.stringify(published.definition) !== row.body,
});

const liveDocument = async (env: Env, workspace: string): Promise<CatalogDocument> =>
  (await catalogFor(env, workspace, await readLiveVersion(env.DB, workspace))).document;

/** @throws Fault bad-definition naming every place that does not hold together */
const mustHoldTogether = (journey: JourneyDefinition, live: CatalogDocument): void => {
  const problems = lintJourney(journey, {
    segments: new Set(live.segments.map(({ key }) => key)),
    templates: new Map(live.templates.map((template) => [template.key, template])),
    providers: new Map(live.providers.map((provider) => [provider.key, provider])),
  });
  if (problems.length > 0) throw refusal("bad-definition", problems);
};

const withJourney = (live: CatalogDocument, journey: PublishedJourney): CatalogDocument => ({
  ...live,
  journeys: [...live.journeys.filter(({ definition }) => definition.key !== journey.definition.key), journey].toSorted((a, b) =>
    a.definition.key < b.definition.key ? -1 : 1,
  ),
});

/** Moves a published journey to another status; users' objects learn of it by the backfill that follows, at the latest. */
const move = async (call: AnyCall, to: PublishedJourney["status"], from: readonly PublishedJourney["status"][]): Promise<Response> => {
  const { env, workspace } = call;
  const key = keyOf(call);
  const { version, answer: moved } = await changeCatalog(env, workspace, async (live) => {
    const row = await find(call);
    const published = publishedOf(live, key);
    if (published === undefined) throw new Fault("conflict", `The journey "${key}" was never published`);
    const state = { key, status: to, version: published.version };
    if (published.status === to) return { unchanged: state };
    if (!from.includes(published.status)) throw new Fault("conflict", `The journey "${key}" is ${published.status}`);
    return {
      document: withJourney(live, { ...published, status: to }),
      statements: [markPublished(env.DB, { workspace, key: row.key, version: published.version, status: to })],
      answer: state,
    };
  });
  // Also when nothing changed: whoever asks again may have had no answer because just this failed.
  await startBackfill(env, { workspace, kind: "journey", key, version }, { catalog: version });
  return answer(moved);
};

const inFlight = z
  .literal("stay", { error: 'runs in flight stay with their version: "stay" is the only choice yet' })
  .default("stay")
  .describe("what runs in flight do: they stay with the version they entered");
const late = z
  .literal("go-on", { error: 'steps that fell due meanwhile go on: "go-on" is the only choice yet' })
  .default("go-on")
  .describe("what steps that fell due while paused do");

export const journeys: readonly Route[] = [
  route(
    { method: "get", path: "/api/journeys", summary: "Lists journeys by key", scope: "read", query: z.strictObject(paging), answers: { 200: listOf(journeySummarySchema) } },
    async ({ env, workspace, query }) => {
      const [after = ""] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
      const rows = await listDefinitions(env.DB, workspace, "journey", { after, limit: query.limit + 1 });
      const live = await liveDocument(env, workspace);
      const totals = await journeyTotals(env, workspace, rows.map(({ key }) => key));
      return answer(
        pageOf(rows, query.limit, (row) => {
          const { key, name, description, ...rest } = present(row, publishedOf(live, row.key)) as ReturnType<typeof present> & Pick<JourneyDefinition, "key" | "name" | "description">; // the stored draft
          const { status: state, version, changed, createdAt, updatedAt } = rest;
          return { key, name, ...(description === undefined ? {} : { description }), status: state, version, changed, createdAt, updatedAt, counts: totals.get(key) ?? { started: 0, live: 0, ended: 0 } };
        }),
      );
    },
  ),
  route({ method: "get", path, summary: "The journey's draft and its status", scope: "read", answers: { 200: answered }, etag: true }, async (call) => {
    const row = await find(call);
    return answer(present(row, publishedOf(await liveDocument(call.env, call.workspace), row.key)), { etag: row.etag });
  }),
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
      const text = JSON.stringify(journey);
      const ifMatch = request.headers.has("if-match") ? before?.etag : undefined;
      const saved = await saveDraft(env.DB, { workspace, key: journey.key, body: text, etag: await contentHash(text), now: Date.now() }, ifMatch);
      if (!saved) throw new Fault("changed-meanwhile");
      const row = await find(call);
      return answer(present(row, publishedOf(live, row.key)), { status: before === undefined ? 201 : 200, etag: row.etag });
    },
  ),
  route({ method: "delete", path, summary: "Deletes the journey; its live runs end", scope: "write", answers: { 204: undefined }, etag: true }, async (call) => {
    const { env, workspace, request } = call;
    const key = keyOf(call);
    const { version } = await changeCatalog(env, workspace, async (live) => {
      checkIfMatch(request, (await find(call)).etag);
      return {
        document: { ...live, journeys: live.journeys.filter(({ definition }) => definition.key !== key) },
        statements: [deleteDefinition(env.DB, workspace, "journey", key)],
        answer: undefined,
      };
    });
    await startBackfill(env, { workspace, kind: "journey", key, version }, { catalog: version });
    return noContent();
  }),
  route(
    {
      method: "post",
      path: `${path}/publish`,
      summary: "Publishes the draft as the next version; new entries follow it at once",
      scope: "write",
      body: z.strictObject({ inFlight }).prefault({}),
      answers: { 200: journeyStateSchema },
    },
    async (call) => {
      const { env, workspace } = call;
      const key = keyOf(call);
      const { version: catalog, answer: made } = await changeCatalog(env, workspace, async (live) => {
        const row = await find(call);
        const definition = journeySchema.parse(JSON.parse(row.body)); // an older release may have let more through
        mustHoldTogether(definition, live);
        const before = publishedOf(live, key);
        if (before !== undefined && before.status !== "stopped" && JSON.stringify(before.definition) === row.body)
          return { unchanged: { state: { key, status: before.status, version: before.version }, definition } };
        const [newest] = await listVersions(env.DB, { workspace, key }, { before: Number.MAX_SAFE_INTEGER, limit: 1 });
        const version = (newest?.version ?? 0) + 1;
        // A paused journey stays paused: publishing changes what it does, not whether it runs.
        const next: PublishedJourney = { version, status: before?.status === "paused" ? "paused" : "live", definition };
        return {
          document: withJourney(live, next),
          statements: [
            addVersion(env.DB, { workspace, key, version, body: row.body, published_at: Date.now() }),
            markPublished(env.DB, { workspace, key, version, status: next.status }),
          ],
          answer: { state: { key, status: next.status, version }, definition },
        };
      });
      const { trigger } = made.definition;
      if (trigger.type === "segment")
        await startBackfill(
          env,
          { workspace, kind: "publish", key, version: made.state.version },
          { catalog, ...(trigger.includeCurrent === true ? { enter: [key] } : {}) },
        );
      return answer(made.state);
    },
  ),
  route(
    { method: "post", path: `${path}/pause`, summary: "Holds the journey's runs where they are; nobody enters", scope: "write", body: z.strictObject({}).prefault({}), answers: { 200: journeyStateSchema } },
    (call) => move(call, "paused", ["live"]),
  ),
  route(
    { method: "post", path: `${path}/resume`, summary: "Lets a paused journey go on", scope: "write", body: z.strictObject({ late }).prefault({}), answers: { 200: journeyStateSchema } },
    (call) => move(call, "live", ["paused"]),
  ),
  route(
    {
      method: "post",
      path: `${path}/stop`,
      summary: "Ends all runs; once this has answered no message of the journey is claimed any more",
      scope: "write",
      body: z.strictObject({}).prefault({}),
      answers: { 200: journeyStateSchema },
    },
    (call) => move(call, "stopped", ["live", "paused"]),
  ),
  route(
    { method: "get", path: `${path}/versions`, summary: "Published versions, newest first", scope: "read", query: z.strictObject(paging), answers: { 200: listOf(journeyVersionSchema) } },
    async (call) => {
      const { env, workspace, query } = call;
      const { key } = await find(call);
      const [before = Number.MAX_SAFE_INTEGER] = fromCursor(query.cursor, z.tuple([z.number()])) ?? [];
      const rows = await listVersions(env.DB, { workspace, key }, { before, limit: query.limit + 1 });
      const items = rows.slice(0, query.limit).map((row) => ({ version: row.version, publishedAt: instant(row.published_at), definition: JSON.parse(row.body) as unknown }));
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
      const { key } = await find(call);
      return answer(await journeyStatistics(call.env, call.workspace, { key, version: call.query.version }));
    },
  ),
];
