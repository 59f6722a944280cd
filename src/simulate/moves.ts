import { readItem } from "../api/ingest/item.ts";
import { Refused } from "../api/ingest/verdict.ts";
import type { UserEvent } from "../domain/event/event.ts";
import type { InputProblem } from "../domain/fault.ts";
import { hashText } from "../domain/hash.ts";
import { userKeyOf, type UserKey } from "../domain/user/user-key.ts";
import { isCall, type CallItem, type ScriptItem } from "./item.ts";
import { momentMs } from "./moment.ts";
import type { Word } from "./words.ts";

/** A line of a script with its instant. */
export interface Move {
  readonly at: number;
  /** Its place in the script. */
  readonly index: number;
  /** Absent where the move is no script's: an event of the log. */
  readonly item?: ScriptItem;
  /** Of a call: the event it makes. */
  readonly event?: UserEvent;
  readonly user?: UserKey;
  /** Of a message-status item. */
  readonly word?: Word;
}

/** What reads a script: the instant it starts, and where problems go. */
export interface Reading {
  readonly start: number;
  readonly problems: InputProblem[];
}

/** The script's lines by their instants, ties in the order given. Bad ones are named, with the field, in `problems`. */
export const movesOf = (script: readonly ScriptItem[], reading: Reading): readonly Move[] =>
  script.flatMap((item, index) => readMove(item, index, reading)).toSorted((a, b) => a.at - b.at || a.index - b.index);

const readMove = (item: ScriptItem, index: number, reading: Reading): readonly Move[] => {
  const at = momentMs(item.at, reading.start);
  if (at === undefined) return []; // the schema has let moments through only
  if (isCall(item)) return readCall(item, { at, index, item }, reading);
  if (at < reading.start && (item.type === "enter" || item.type === "message-status")) {
    reading.problems.push({
      path: `script[${index}].at`,
      message: "before the start is history, in which nobody enters and nothing is sent",
    });
    return [];
  }
  const user = "userId" in item || "anonymousId" in item ? userKeyOf(item) : undefined;
  const move: Move = { at, index, item, ...(user && { user }) };
  if (item.type !== "message-status" || user === undefined) return [move];
  return [{ ...move, word: { at, user, journey: item.journey, step: item.step, status: item.status, reason: item.reason } }];
};

/** Read as at ingest: the same checks, the same event. */
const readCall = (item: CallItem, move: Move, { start, problems }: Reading): readonly Move[] => {
  const { at: _at, key, ...body } = item;
  const times = {
    ...body,
    timestamp: momentOf(body.timestamp, start),
    originalTimestamp: momentOf(body.originalTimestamp, start),
    sentAt: momentOf(body.sentAt, start),
  };
  try {
    const event = readItem(times, move.index, {
      receivedAt: move.at,
      key: key ?? "server",
      ip: undefined,
      // Unique within the script, and the same whenever it is played.
      newId: () => `script-${move.index}-${hashText(JSON.stringify(item))}`,
    });
    const user = userKeyOf(event);
    return user === undefined ? [] : [{ ...move, event, user }];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { field, message } = error.refusal;
    problems.push({ path: field === "" ? `script[${move.index}]` : `script[${move.index}].${field}`, message });
    return [];
  }
};

/** A duration from the start as an instant; anything else as it is. */
const momentOf = (value: unknown, start: number): unknown => {
  if (typeof value !== "string" || !/^[+-]?P/.test(value)) return value;
  const at = momentMs(value, start);
  return at === undefined ? value : new Date(at).toISOString();
};
