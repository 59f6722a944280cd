import type { Env } from "../env.ts";

/** A table of each part of the schema, the newest last: names one that is missing and the statement fails. */
const probe =
  "SELECT EXISTS(SELECT 1 FROM workspaces), EXISTS(SELECT 1 FROM users), EXISTS(SELECT 1 FROM intake), EXISTS(SELECT 1 FROM rejections)";
const validMs = 1_000;

let healthyUntil = 0;

/** Whether control, data and intake databases answer and are migrated. A good answer holds for a second, so that asking costs the databases nothing. */
export const isHealthy = async (env: Env, now: number = Date.now()): Promise<boolean> => {
  if (now < healthyUntil) return true;
  try {
    await Promise.all([env.DB, env.SHARD_0, env.INTAKE_0].map((database) => database.prepare(probe).run()));
    healthyUntil = now + validMs;
    return true;
  } catch (error) {
    console.warn(`not healthy: ${String(error)}`);
    return false;
  }
};
