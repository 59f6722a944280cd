import { pruneReports } from "../src/storage/control/hook-reports.ts";
import { deleteOldRejections } from "../src/storage/intake/rejections.ts";
import { dueRows, intakesOf, postpone } from "../src/storage/intake/redrive.ts";
import { pruneEventLog, pruneIdempotency, pruneSendCalls } from "../src/storage/shard/prune.ts";
import { shardsOf } from "../src/storage/shard/shards.ts";
import type { Env } from "./env.ts";
import { noteSetUp } from "./ingest/health.ts";
import { reseal } from "./reseal.ts";

/** Two rows of at most 128 KB fill a send of 256 KB. */
const sendBytes = 250_000;
const rowsPerPage = 100;
/** Pages per database and sweep: the rest waits for the next minute. */
const pages = 50;
/** Once the backlog's oldest message is older than this, it no longer vouches for rows: a message that fails for ever must not stop the sweep. */
const vouchedMs = 15 * 60_000;
/** What the cron expression of a platform that has just started says: local queues lost everything. */
const startCron = "@start";
/** The launcher's word that it has done its part: nothing to sweep. */
const readyCron = "@ready";

/**
 * Mends what a lost queue message left behind: intake rows that nobody applied are sent again. Every hour also removes
 * what is past its retention. Each part is bounded and independent; what fails is done by the next sweep.
 */
export const sweep = async (
  controller: Pick<ScheduledController, "cron" | "scheduledTime">,
  env: Env,
  _ctx: ExecutionContext,
): Promise<void> => {
  if (controller.cron === readyCron) return noteSetUp();
  const isStart = controller.cron === startCron;
  const now = Date.now();
  await attempt("redrive", () => redrive(env, { now, isStart }));
  if (isStart || new Date(now).getUTCMinutes() !== 0) return;
  await attempt("prune answers", () => pruneIdempotency(env.DB, now));
  await attempt("prune calls", () => pruneSendCalls(env.DB, now));
  await attempt("prune reports", () => pruneReports(env.DB, now));
  if (env.TERN_SECRET_PREVIOUS) await attempt("seal anew", () => reseal(env));
  await Promise.all(shardsOf(env).map((shard) => attempt("prune event log", () => pruneEventLog(env.DB, shard, now))));
  await Promise.all(intakesOf(env).map((intake) => attempt("prune rejections", () => deleteOldRejections(intake, now))));
};

const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    console.error(JSON.stringify({ what: `sweep: ${what}`, error: String(error) }));
  }
};

interface When {
  readonly now: number;
  readonly isStart: boolean;
}

const redrive = async (env: Env, { now, isStart }: When): Promise<void> => {
  const due = isStart ? Number.MAX_SAFE_INTEGER : now;
  // A backlog whose oldest message is older than a row still holds that row's message: sending it again would only double the work.
  const oldest = isStart ? undefined : await oldestQueued(env);
  const vouched = oldest !== undefined && oldest > now - vouchedMs ? oldest : undefined;
  for (const intake of intakesOf(env)) {
    let after = "";
    for (let page = 0; page < pages; page++) {
      const rows = await dueRows(intake, {
        now: due,
        after,
        limit: rowsPerPage,
        ...(vouched !== undefined && { receivedBefore: vouched }),
      });
      for (const group of groupsWithin(rows, sendBytes)) {
        await env.EVENTS.sendBatch(group.map((row) => ({ body: row.body as never, contentType: "text" as const }))); // a row is its message's JSON text, which the consumer parses
        await postpone(
          intake,
          group.map((row) => row.id),
          now,
        );
      }
      after = rows.at(-1)?.id ?? after;
      if (rows.length < rowsPerPage) break;
    }
  }
};

/** When the oldest message waiting in the EVENTS queue was sent, ms; undefined = none waits, or the platform does not say. */
const oldestQueued = async (env: Env): Promise<number | undefined> => {
  try {
    const { backlogCount, oldestMessageTimestamp } = await env.EVENTS.metrics();
    return backlogCount === 0 || oldestMessageTimestamp === undefined ? undefined : Number(oldestMessageTimestamp);
  } catch {
    // Not knowing costs at most double work.
    return undefined;
  }
};

const groupsWithin = <T extends { readonly body: string }>(rows: readonly T[], bytes: number): readonly (readonly T[])[] => {
  const groups: T[][] = [];
  let size = Number.MAX_SAFE_INTEGER;
  for (const row of rows) {
    const rowBytes = new TextEncoder().encode(row.body).length;
    if (size + rowBytes > bytes) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(row);
    size += rowBytes;
  }
  return groups;
};
