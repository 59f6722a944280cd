import * as z from "zod";
import { journeyStateSchema } from "../../src/api/management.ts";
import type { PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { journeySchema } from "../../src/domain/journey/journey.ts";
import { addVersion, listVersions, markPublished } from "../../src/storage/control/journeys.ts";
import { startBackfill } from "./backfill.ts";
import { type AnyCall, findJourney, keyOf, mustHoldTogether, publishedOf, withJourney } from "./journey-definitions.ts";
import { changeCatalog } from "./publish.ts";
import { answer, route, type Route } from "./route.ts";

const path = "/api/journeys/{key}";

/** Moves a published journey to another status; users' objects learn of it by the backfill that follows, at the latest. */
const move = async (call: AnyCall, to: PublishedJourney["status"], from: readonly PublishedJourney["status"][]): Promise<Response> => {
  const { env, workspace } = call;
  const key = keyOf(call);
  const { version, answer: moved } = await changeCatalog(env, workspace, async (live) => {
    const row = await findJourney(call);
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

/** Publish, pause, resume, stop. */
export const journeyLifecycle: readonly Route[] = [
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
        const row = await findJourney(call);
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
    {
      method: "post",
      path: `${path}/pause`,
      summary: "Holds the journey's runs where they are; nobody enters",
      scope: "write",
      body: z.strictObject({}).prefault({}),
      answers: { 200: journeyStateSchema },
    },
    (call) => move(call, "paused", ["live"]),
  ),
  route(
    {
      method: "post",
      path: `${path}/resume`,
      summary: "Lets a paused journey go on",
      scope: "write",
      body: z.strictObject({ late }).prefault({}),
      answers: { 200: journeyStateSchema },
    },
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
];
