import type { CatalogDocument } from "../domain/catalog/catalog.ts";
import type { UserEvent } from "../domain/event/event.ts";
import type { JourneyDefinition } from "../domain/journey/journey.ts";
import type { UserKey } from "../domain/user/user-key.ts";
import { withPublished, withStandIns } from "./definitions.ts";
import type { Move } from "./moves.ts";
import { playMoves } from "./play-moves.ts";
import { beginJourneys, newStage } from "./stage.ts";
import type { TraceItem } from "./trace.ts";

/** Users whose traces are shown, and lines of each. */
const SAMPLES = 10;
const LINES = 200;
/** Whole pasts take more than scripts: some seconds at most, and only counts and a few lines are answered. */
const ROOM = { decisions: 200_000, trace: 200_000 };

/** A user's real past: what reached them, in any order. */
export interface Past {
  readonly user: UserKey;
  readonly events: readonly UserEvent[];
}

/** What a journey would have done. */
export interface Replay {
  readonly entered: number;
  /** Users who entered at least once. */
  readonly users: number;
  /** Refused entries by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Messages by step. */
  readonly messages: Readonly<Record<string, { readonly sent: number; readonly skipped: Readonly<Record<string, number>> }>>;
  /** Ended runs by reason. */
  readonly ended: Readonly<Record<string, number>>;
  /** Runs still under way at the end. */
  readonly live: number;
  /** Goals reached, by key. */
  readonly goals: Readonly<Record<string, number>>;
  /** Some users, those who entered first. */
  readonly samples: readonly { readonly id: string; readonly trace: readonly TraceItem[] }[];
}

/**
 * What a draft would have done from `from` to `until` (ms), had it been published then: what users did before is applied
 * silently, what they did since goes through the draft. Every other journey is left out; segments and templates are those
 * published now. Throws Fault `too-large` where it takes more than a simulation may.
 */
export const replay = (
  document: CatalogDocument,
  draft: JourneyDefinition,
  { pasts, from, until }: { readonly pasts: readonly Past[]; readonly from: number; readonly until: number },
): Replay => {
  const alone = withStandIns(withPublished({ ...document, journeys: [] }, draft));
  const moves = movesOf(pasts);
  const before = moves.filter(({ at }) => at < from);
  const stage = newStage(alone, { start: from, moves: [], hasHistory: true, room: ROOM });
  playMoves(stage, before, from - 1);
  beginJourneys(stage, [draft]);
  const within = moves.filter(({ at }) => at >= from && at <= until);
  playMoves(stage, within, until);
  const trace = stage.world.lines.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
  return summaryOf(trace);
};

/** Events by arrival: that is the order in which they were applied. */
const movesOf = (pasts: readonly Past[]): readonly Move[] =>
  pasts
    .flatMap(({ user, events }) => events.map((event) => ({ at: event.receivedAt, user, event })))
    .toSorted((a, b) => a.at - b.at || a.event.index - b.event.index || (a.event.id < b.event.id ? -1 : 1))
    .map((move, index) => ({ ...move, index }));

const summaryOf = (trace: readonly TraceItem[]): Replay => {
  const refused: Record<string, number> = {};
  const messages: Record<string, { sent: number; skipped: Record<string, number> }> = {};
  const ended: Record<string, number> = {};
  const goals: Record<string, number> = {};
  const entered = new Map<string, number>();
  for (const item of trace) {
    const step = (messages[item.step ?? ""] ??= { sent: 0, skipped: {} });
    if (item.type === "run-started") entered.set(nameOf(item), (entered.get(nameOf(item)) ?? 0) + 1);
    if (item.type === "run-refused") count(refused, item.reason);
    if (item.type === "run-ended") count(ended, item.reason);
    if (item.type === "goal") count(goals, item.goal);
    if (item.type === "message") step.sent += 1;
    if (item.type === "message-skipped") count(step.skipped, item.reason);
  }
  const runs = [...entered.values()].reduce((sum, n) => sum + n, 0);
  return {
    entered: runs,
    users: entered.size,
    refused,
    messages: Object.fromEntries(Object.entries(messages).filter(([, { sent, skipped }]) => sent > 0 || Object.keys(skipped).length > 0)),
    ended,
    live: runs - Object.values(ended).reduce((sum, n) => sum + n, 0),
    goals,
    samples: samplesOf(trace, entered),
  };
};

const count = (counts: Record<string, number>, name: string | undefined): void => {
  counts[name ?? ""] = (counts[name ?? ""] ?? 0) + 1;
};

const nameOf = ({ userId, anonymousId }: TraceItem): string => userId ?? anonymousId ?? "";

/** Users who entered come first, then those who were refused. */
const samplesOf = (trace: readonly TraceItem[], entered: ReadonlyMap<string, number>): Replay["samples"] => {
  const refused = trace.filter(({ type }) => type === "run-refused").map(nameOf);
  const chosen = [...new Set([...entered.keys(), ...refused])].slice(0, SAMPLES);
  return chosen.map((id) => ({ id, trace: trace.filter((item) => nameOf(item) === id).slice(0, LINES) }));
};
