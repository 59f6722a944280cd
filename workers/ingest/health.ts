import type { Env } from "../env.ts";

/** A table of each part of the schema and the newest of all (a test holds it to that): where one is missing, the statement fails. */
const tables = [
  "workspaces",
  "users",
  "intake",
  "rejections",
  "definition_bodies",
  "groups",
  "winners",
  "send_calls",
  "provider_states",
  "suppressions",
  "link_counts",
];
export const probe = `SELECT ${tables.map((table) => `EXISTS(SELECT 1 FROM ${table})`).join(", ")}`;
const validMs = 1_000;

let healthyUntil = 0;
let isSetUp = false;

/** The launcher has written `local.json`: from now on a local instance may say that it is ready. */
export const noteSetUp = (): void => {
  isSetUp = true;
};

/** Whether control, data and intake databases answer and are migrated and, on one machine, the launcher has done its part. A good answer holds for a second, so that asking costs the databases nothing. */
export const isHealthy = async (env: Env, now: number = Date.now()): Promise<boolean> => {
  if (env.HEALTHY_WHEN_SET_UP === "true" && !isSetUp) return false;
  if (now < healthyUntil) return true;
  try {
    await Promise.all([env.DB, env.SHARD_0, env.INTAKE_0].map((database) => database.prepare(probe).run()));
    healthyUntil = now + validMs;
    return true;
  } catch (error) {
    // A database without its tables is one that is being set up: who asks early gets the answer, no warning.
    if (!String(error).includes("no such table")) console.warn(`not healthy: ${String(error)}`);
    return false;
  }
};
