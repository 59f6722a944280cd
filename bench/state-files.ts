import { readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/** Reads an instance's database from beside it (SQLite readers do not disturb the writer): nothing is asked of the instance itself. */
export const queryState = (state: string, sql: string, ...values: SQLInputValue[]): readonly Record<string, unknown>[] => {
  const folder = path.join(state, "v3/d1/miniflare-D1DatabaseObject");
  const file = readdirSync(folder).find((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  if (file === undefined) throw new Error(`no database in ${folder}`);
  const database = new DatabaseSync(path.join(folder, file), { readOnly: true, timeout: 2000 });
  try {
    return database.prepare(sql).all(...values);
  } finally {
    database.close();
  }
};

/** One number out of the state. */
export const countState = (state: string, sql: string, ...values: SQLInputValue[]): number =>
  Number(Object.values(queryState(state, sql, ...values)[0] ?? {})[0] ?? 0);

/**
 * Waits until `reached` answers true, asking 20 times a second.
 * @throws Error when it does not within `limitMs`
 */
export const until = async (reached: () => boolean, limitMs: number, what: string): Promise<void> => {
  const deadline = performance.now() + limitMs;
  while (!reached()) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${limitMs / 1000} s`);
    await sleep(50);
  }
};

/** Waits until every accepted event was applied and projected: an intake row goes only then. */
export const drained = (state: string, limitMs = 300_000): Promise<void> =>
  until(() => countState(state, "SELECT count(*) FROM intake") === 0, limitMs, "draining the intake");
