import * as z from "zod";
import { instant as instantField } from "../../src/api/management.ts";
import { listDefinitions } from "../../src/storage/control/definitions.ts";
import { listPaused } from "../../src/storage/control/provider-states.ts";
import type { Env } from "../env.ts";
import { quotaLimiter } from "../limiter-object.ts";
import { readLive } from "../publish.ts";
import { streamObject } from "../stream-object.ts";
import { maxStreams, streamTroubles } from "../stream/troubles.ts";
import { instant } from "./present.ts";
import { answer, route, type Route } from "./route.ts";

const alertSchema = z.object({
  kind: z.enum([
    "provider-paused",
    "quota-reached",
    "stream-disabled",
    "stream-failing",
    "stream-given-up",
    "stream-dropped",
    "stream-unknown",
  ]),
  /** Key of what it is about; of the quota its period, "day" or "month". */
  subject: z.string(),
  detail: z.string(),
  since: instantField,
});

type Alert = z.output<typeof alertSchema>;

/** What waits for an operator, as it stands now: an alert goes with its cause. */
export const alerts: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/alerts",
      summary: "What waits for an operator",
      scope: "read",
      answers: { 200: z.object({ items: z.array(alertSchema) }) },
    },
    async ({ env, workspace }) => {
      const [paused, quota, streams] = await Promise.all([
        pausedProviders(env, workspace),
        reachedQuota(env, workspace),
        troubledStreams(env, workspace),
      ]);
      return answer({ items: [...paused, ...quota, ...streams] });
    },
  ),
];

const pausedProviders = async (env: Env, workspace: string): Promise<readonly Alert[]> =>
  (await listPaused(env.DB, workspace)).map(({ key, reason, paused_at: since }) => ({
    kind: "provider-paused",
    subject: key,
    detail: reason ?? "",
    since: instant(since ?? 0),
  }));

const reachedQuota = async (env: Env, workspace: string): Promise<readonly Alert[]> => {
  const { rules } = await readLive(env, workspace);
  const reached = rules?.quota === undefined ? [] : await quotaLimiter(env, workspace).reached(rules.quota);
  return reached.map(({ kind, limit, count, since, until }) => ({
    kind: "quota-reached",
    subject: kind,
    detail: `${count} messages this ${kind}, of ${limit}; others wait until ${instant(until)}`,
    since: instant(since),
  }));
};

const troubledStreams = async (env: Env, workspace: string): Promise<readonly Alert[]> => {
  const rows = await listDefinitions(env.DB, workspace, "stream", { after: "", limit: maxStreams });
  const now = Date.now();
  const told = await Promise.all(
    rows.map(async ({ key }): Promise<readonly Alert[]> => {
      try {
        const troubles = streamTroubles(await streamObject(env, workspace, key).state(), now);
        return troubles.map(({ since, ...trouble }) => ({ ...trouble, subject: key, since: instant(since) }));
      } catch (error) {
        // One that cannot be asked is an alert itself, and hides no other.
        console.error(JSON.stringify({ what: "a stream could not be asked how it stands", workspace, key, error: String(error) }));
        return [{ kind: "stream-unknown", subject: key, detail: "its state could not be read", since: instant(now) }];
      }
    }),
  );
  return told.flat();
};
