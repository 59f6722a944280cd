import type { SqlPort } from "./sql-port.ts";

/**
 * The tables of a user's object, as numbered steps: append, never change one that was released.
 *
 * Each table and index costs a 4 KB page in every object, and making an object is the dearest thing we do, so there are
 * three tables: `kept` for whatever is read by its key (parts of the state, runs, messages, the journal), `matches` for
 * every order over history, and `events` for where an event is, by its id. An event is filed under its own name ("n:" +
 * name), with its body, as it is under each tally it matches ("t:" + tally), without; so bodies lie in the order in which
 * they are read, and the random ids are in a tree of short rows: at a million events that takes in twice as many a second as bodies
 * by id. A table with a row number and an index on ids is as fast, and costs a third written row per event.
 */
const steps: readonly (readonly string[])[] = [
  [
    "CREATE TABLE kept (kind TEXT, key, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
    "CREATE TABLE events (id TEXT PRIMARY KEY, list TEXT, time INTEGER, received INTEGER, idx INTEGER) WITHOUT ROWID",
    `CREATE TABLE matches (tally TEXT, key TEXT, time INTEGER, received INTEGER, idx INTEGER, id TEXT, body TEXT,
      PRIMARY KEY (tally, key, time, received, idx, id)) WITHOUT ROWID`,
  ],
];

/** True when the object was ever written to. Reads only the schema: an object nobody wrote to stays empty. */
export const isLaidOut = (sql: SqlPort): boolean =>
  sql.run("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'kept'").length > 0;

/** Brings the tables up to date; which steps were taken is kept beside the state. Call inside the transaction that writes. */
export const layOut = (sql: SqlPort): void => {
  const row = isLaidOut(sql) ? sql.run("SELECT body FROM kept WHERE kind = 'part' AND key = 'layout'")[0] : undefined;
  const taken = row === undefined ? 0 : Number(row["body"]);
  if (taken >= steps.length) return;
  for (const step of steps.slice(taken)) for (const statement of step) sql.run(statement);
  sql.run("INSERT OR REPLACE INTO kept (kind, key, body) VALUES ('part', 'layout', ?)", String(steps.length));
};
