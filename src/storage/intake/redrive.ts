import type { EventsMessage } from "../../api/queue.ts";

/** Where intake databases are bound: INTAKE_0, INTAKE_1, … */
export interface IntakeBindings {
  readonly INTAKE_0: D1Database;
  readonly [intake: `INTAKE_${number}`]: D1Database;
}

/** All intake databases, in order. */
export const intakesOf = (env: IntakeBindings): readonly D1Database[] => {
  const found: D1Database[] = [env.INTAKE_0];
  for (let number = 1; ; number++) {
    const intake = (env as unknown as { readonly [name: string]: D1Database | undefined })[`INTAKE_${number}`]; // unbound numbers are absent, whatever the index signature says
    if (intake === undefined) return found;
    found.push(intake);
  }
};

/** Removes the rows of messages that are applied and projected, one statement per database. Rejects when one fails: a row that stays is only applied once more. */
export const deleteApplied = async (env: IntakeBindings, messages: readonly Pick<EventsMessage, "intake" | "shard">[]): Promise<void> => {
  const intakes = intakesOf(env);
  await Promise.all(
    [...Map.groupBy(messages, (message) => message.shard)].map(async ([shard, own]) => {
      const db = intakes[shard];
      if (db === undefined) return;
      await db
        .prepare("DELETE FROM intake WHERE id IN (SELECT value FROM json_each(?1))")
        .bind(JSON.stringify(own.map((message) => message.intake)))
        .run();
    }),
  );
};

export interface IntakeRow {
  readonly id: string;
  readonly body: string;
}

/** Which rows `dueRows` looks for. */
export interface DueQuery {
  /** Rows whose retry_at is not after it, ms. */
  readonly now: number;
  /** Only ids after it. */
  readonly after: string;
  readonly limit: number;
  /** Only rows accepted before it, ms. */
  readonly receivedBefore?: number;
}

/** Rows due to be sent again, by id. The table holds only what is not applied: a scan of it is short. */
export const dueRows = async (db: D1Database, query: DueQuery): Promise<readonly IntakeRow[]> => {
  const { results } = await db
    .prepare("SELECT id, body FROM intake WHERE id > ?1 AND retry_at <= ?2 AND received_at < ?3 ORDER BY id LIMIT ?4")
    .bind(query.after, query.now, query.receivedBefore ?? Number.MAX_SAFE_INTEGER, query.limit)
    .all<IntakeRow>();
  return results;
};

/** Notes that rows were sent again: next in 30 s, doubling to an hour. */
export const postpone = async (db: D1Database, ids: readonly string[], now: number): Promise<void> => {
  await db
    .prepare(
      "UPDATE intake SET retry_at = ?2 + min(30000 << min(tries + 1, 7), 3600000), tries = tries + 1 WHERE id IN (SELECT value FROM json_each(?1))",
    )
    .bind(JSON.stringify(ids), now)
    .run();
};
