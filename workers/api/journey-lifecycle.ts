import * as z from "zod";
import { journeyStateSchema } from "../../src/api/journey-view.ts";
import type { PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { paused, resumed, stopped } from "../../src/domain/catalog/lifecycle.ts";
import { Fault } from "../../src/domain/fault.ts";
import { markPublished } from "../../src/storage/control/journeys.ts";
import { startBackfill } from "./backfill.ts";
import { type AnyCall, findJourney, keyOf, publishedOf, withJourney } from "./journey-definitions.ts";
import { journeyPublish } from "./journey-publish.ts";
import { changeCatalog } from "../publish.ts";
import { armSchedule } from "./schedule.ts";
import { answer, route, type Route } from "./route.ts";

const path = "/api/journeys/{key}";

interface Change {
  readonly to: PublishedJourney["status"];
  readonly from: readonly PublishedJourney["status"][];
  readonly next: (published: PublishedJourney, now: number) => PublishedJourney;
}

/** Brings a published journey to another status; users' objects learn of it by the backfill that follows, at the latest. */
const move = async (call: AnyCall, { to, from, next }: Change): Promise<Response> => {
  const { env, workspace } = call;
  const key = keyOf(call);
  const { version, answer: moved } = await changeCatalog(env, workspace, async (live) => {
    const row = await findJourney(call);
    const published = publishedOf(live, key);
    if (published === undefined) throw new Fault("conflict", `The journey "${key}" was never published`);
    const state = { state: { key, status: to, version: published.version }, published };
    if (published.status === to) return { unchanged: state };
    if (!from.includes(published.status)) throw new Fault("conflict", `The journey "${key}" is ${published.status}`);
    return {
      document: withJourney(live, next(published, Date.now())),
      statements: [markPublished(env.DB, { workspace, key: row.key, version: published.version, status: to })],
      answer: state,
    };
  });
  // Also when nothing changed: whoever asks again may have had no answer because just this failed.
  await startBackfill(env, { workspace, kind: "journey", key, version }, { catalog: version });
  await armSchedule(env, workspace, { key, versions: [moved.published] });
  return answer(moved.state);
};

const late = z
  .enum(["go-on", "skip", "exit"])
  .default("go-on")
  .describe("what fell due while paused does: goes on, leaves out the message it has come to, or ends its run");

/** Publish, pause, resume, stop. */
export const journeyLifecycle: readonly Route[] = [
  journeyPublish,
  route(
    {
      method: "post",
      path: `${path}/pause`,
      summary: "Holds the journey's runs where they are; nobody enters",
      scope: "write",
      body: z.strictObject({}).prefault({}),
      answers: { 200: journeyStateSchema },
    },
    (call) => move(call, { to: "paused", from: ["live"], next: paused }),
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
    (call) => move(call, { to: "live", from: ["paused"], next: (published, now) => resumed(published, now, call.body.late) }),
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
    (call) => move(call, { to: "stopped", from: ["live", "paused"], next: stopped }),
  ),
];
