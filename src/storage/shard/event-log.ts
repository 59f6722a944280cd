import { type UserEvent, historyName } from "../../domain/event/event.ts";
import type { UserKey } from "../../domain/user/user-key.ts";
import { jsonRows } from "./json-rows.ts";
import { hashText } from "./shards.ts";

/** An event as it is logged: under the user who has it, at the time the user's object knows it by. */
export interface LoggedEvent {
  readonly workspace: string;
  readonly user: UserKey;
  readonly event: UserEvent;
  /** Who the event was sent for when it has moved to `user` since: a row of theirs is this event already. */
  readonly sentFor?: UserKey;
}

/** Whether the log keeps an event at this fraction (0 to 1): decided by its id, so that a repeated delivery decides alike. */
export const isSampled = (id: string, fraction: number): boolean => fraction >= 1 || hashText(id) < fraction * 0x1_0000_0000;

/** Fraction of events kept in the log, as the operator wrote it. */
export interface LogSampling {
  readonly EVENT_LOG_SAMPLE?: string;
}

/** That fraction; what is no number means all of them: losing the log by a typing error would be worse. */
export const sampleOf = (env: LogSampling): number => {
  const fraction = Number(env.EVENT_LOG_SAMPLE ?? "1");
  return Number.isNaN(fraction) ? 1 : fraction;
};

/** Statements that log events of one shard in bulk; logging the same event again changes nothing. */
export const logEvents = (db: D1Database, events: readonly LoggedEvent[]): readonly D1PreparedStatement[] => {
  const rows = events.map(({ workspace, user, event, sentFor }) => [
    workspace,
    event.time,
    event.id,
    user,
    event.type,
    nameOf(event),
    event,
    sentFor ?? null,
  ]);
  return jsonRows(rows).map((text) =>
    db
      .prepare(
        `INSERT INTO events (workspace, time, id, user, type, name, body)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value -> 6 FROM json_each(?1)
         WHERE value ->> 7 IS NULL OR NOT EXISTS (SELECT 1 FROM events
           WHERE (workspace, time, id, user) = (value ->> 0, value ->> 1, value ->> 2, value ->> 7))
         ON CONFLICT DO NOTHING`,
      )
      .bind(text),
  );
};

/** The name people know an event by: what follows the kind in its history name; null for kinds without names. */
const nameOf = (event: UserEvent): string | null => {
  const name = historyName(event);
  return name.slice(name.indexOf(":") + 1) || null;
};
