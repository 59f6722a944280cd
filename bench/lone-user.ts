import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { Catalog } from "../src/domain/catalog/catalog.ts";
import type { UserEvent } from "../src/domain/event/event.ts";
import { decide } from "../src/domain/user/decide.ts";
import { nodeSql, nodeTransaction } from "../test/support/node-sql.ts";
import { UserSession } from "../workers/user/session.ts";
import { matchedEvent } from "./definitions.ts";

const dayMs = 86_400_000;

/** A user's object without the platform around it: the same session, store, history and core over Node's SQLite. */
export interface LoneUser {
  /** Applies events in one transaction, as the object's `apply` does. */
  readonly apply: (events: readonly UserEvent[]) => void;
  /** Past events, filed without deciding anything: spread over a year before now. */
  readonly fill: (count: number) => void;
  /** Rows inserted, updated and deleted so far. Every table is WITHOUT ROWID and has no further index, so these are the rows that are billed. */
  readonly rowsWritten: () => number;
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
  const database = new DatabaseSync(":memory:");
  const sql = nodeSql(database);
  const session = new UserSession(
    { sql, transaction: nodeTransaction(database), clock: () => Date.now() },
    { workspace: "bench", user: "u:1" },
  );
  const apply = (events: readonly UserEvent[]): void => {
    session.turn((turn) => {
      for (const event of events)
        turn.take(decide(turn.state, { type: "event", event }, turn.context(session.now(event.receivedAt), catalog)));
    });
    session.journal().confirm(Number.MAX_SAFE_INTEGER); // as the next call would, once the facts are projected
  };
  return {
    apply,
    fill: (count) => {
      const now = Date.now();
      session.turn((turn) => {
        for (let n = 0; n < count; n++)
          turn.history.append(
            trackEvent(n % 10 === 0 ? matchedEvent : `Past ${n % 50}`, now - dayMs - Math.floor((n / count) * 365 * dayMs)),
          );
      });
    },
    rowsWritten: () => Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]),
    close: () => database.close(),
  };
};
