import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Catalog } from "../src/domain/catalog/catalog.ts";
import type { UserEvent } from "../src/domain/event/event.ts";
import { decide } from "../src/domain/user/decide.ts";
import { newUser } from "../src/domain/user/new-user.ts";
import type { Stimulus } from "../src/domain/user/stimulus.ts";
import { NewestMatches } from "../src/storage/object/newest-matches.ts";
import type { SqlPort } from "../src/storage/object/sql-port.ts";
import { SqliteHistory } from "../src/storage/object/sqlite-history.ts";
import { nodeSql, nodeTransaction } from "../test/support/node-sql.ts";
import { UserSession } from "../workers/user/session.ts";
import { matchedEvent } from "./definitions.ts";

const dayMs = 86_400_000;

/** A user's object without the platform around it: the same session, store, history and core over Node's SQLite. */
export interface LoneUser {
  /** Applies events in one transaction, as the object's `apply` does. */
  readonly apply: (events: readonly UserEvent[]) => void;
  /** Decides events in one transaction that commits history alone: the core over its port, without what the object files beside. */
  readonly decideOnly: (events: readonly UserEvent[]) => void;
  /** Any other stimulus, by a newer catalog, in one transaction. */
  readonly stimulate: (stimulus: Stimulus, newer: Catalog) => void;
  /** Past events, filed without deciding anything: spread over a year before now. */
  readonly fill: (count: number) => void;
  /** Rows inserted, updated and deleted so far. Every table is WITHOUT ROWID and has no further index, so these are the rows that are billed. */
  readonly rowsWritten: () => number;
  /** Rows that statements answered so far; the platform counts those it passed over too, which a test holds constant. */
  readonly rowsRead: () => number;
  /** Bytes of the database. */
  readonly bytes: () => number;
  readonly close: () => void;
}

export const trackEvent = (event: string, time: number): UserEvent => ({
  id: randomUUID(),
  type: "track",
  userId: "1",
  event,
  properties: { sku: "tern-mug", name: "Mug with a tern on it", price: 14.5, currency: "EUR" },
  time,
  receivedAt: time,
  index: 0,
  key: "server",
});

export const loneUser = (catalog: Catalog): LoneUser => {
  // A file with a write-ahead log, as objects have: SQLite in memory gets slower per transaction as it grows.
  const folder = mkdtempSync(path.join(tmpdir(), "tern-lone-user-"));
  const database = new DatabaseSync(path.join(folder, "user.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  const inner = nodeSql(database);
  let rowsRead = 0;
  const sql: SqlPort = {
    run: (statement, ...params) => {
      const rows = inner.run(statement, ...params);
      rowsRead += rows.length;
      return rows;
    },
  };
  const session = new UserSession(
    { sql, transaction: nodeTransaction(database), clock: () => Date.now(), size: () => 0 },
    { workspace: "bench", user: "u:1" },
  );
  const apply = (events: readonly UserEvent[]): void => {
    session.turn((turn) => {
      for (const event of events)
        turn.take(decide(turn.state, { type: "event", event }, turn.context(session.now(event.receivedAt), catalog)));
    });
    session.journal().confirm(Number.MAX_SAFE_INTEGER); // as the next call would, once the facts are projected
  };
  let state = newUser("bench", "u:1", Date.now());
  const newest = new NewestMatches();
  const decideOnly = (events: readonly UserEvent[]): void => {
    nodeTransaction(database)(() => {
      const history = new SqliteHistory(sql, new Map(), newest);
      for (const event of events) ({ state } = decide(state, { type: "event", event }, { now: Date.now(), catalog, history }));
    });
  };
  return {
    apply,
    decideOnly,
    stimulate: (stimulus, newer) => {
      session.turn((turn) => turn.take(decide(turn.state, stimulus, turn.context(session.now(), newer))));
    },
    fill: (count) => {
      const now = Date.now();
      session.turn((turn) => {
        for (let n = 0; n < count; n++)
          turn.history.append(
            trackEvent(n % 10 === 0 ? matchedEvent : `Past ${n % 50}`, now - dayMs - Math.floor((n / count) * 365 * dayMs)),
          );
      });
    },
    rowsRead: () => rowsRead,
    bytes: () => Number(database.prepare("SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()").get()?.["n"]),
    rowsWritten: () => Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]),
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
};
