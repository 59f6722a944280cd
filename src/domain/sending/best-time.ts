import * as z from "zod";
import { hashText } from "../hash.ts";
import { fromLocal, toLocal } from "../schedule/calendar.ts";
import { parseDuration, windowDurationSchema } from "../schedule/duration.ts";
import { nextLocalTime, startOfDay, timeOfDaySchema } from "../schedule/local-time.ts";
import type { Reach, Tally } from "../segment/condition.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SHORTEST_MS = HOUR_MS;
const LONGEST_MS = 7 * DAY_MS;

const withinSchema = z.lazy(() =>
  windowDurationSchema.refine(
    (text) => {
      const ms = parseDuration(text)?.ms ?? SHORTEST_MS; // what is no duration was refused before
      return ms >= SHORTEST_MS && ms <= LONGEST_MS;
    },
    { error: "the best time is looked for within an hour to seven days" },
  ),
);

/**
 * Send when the user usually reads: at the best time `within` so long from now; `otherwise`: the time of day on the user's
 * clocks for those of whom too little is known (left out: at once). Source: docs/semantics.md, Sending.
 */
export const bestTimeSchema = z.lazy(() => z.strictObject({ within: withinSchema, otherwise: timeOfDaySchema.optional() }));
export type BestTime = z.output<typeof bestTimeSchema>;

/** How long ago an opening may be that still says when a user reads. */
export const LOOKS_BACK_MS = 180 * DAY_MS;
/** How many openings are looked at, the newest. */
export const MOST_OPENINGS = 50;
/** With fewer openings nothing is known of a user. */
const FEWEST_OPENINGS = 3;

/** When the user first opened, or followed a link of, each message, whatever its channel; machines' openings are none. */
export const openings: Tally & { readonly reach: Reach } = {
  id: hashText("message:opened|whichever"),
  name: "message:opened",
  matches: () => true,
  key: null,
  reach: { name: "message:opened", withinMs: LOOKS_BACK_MS, since: "ever" },
};

/** An opening counts for the times of day around it: fully for its own, not at all from so far away on. */
const SPREAD_MS = 90 * MINUTE_MS;
/** After so long an opening counts half. */
const HALF_LIFE_MS = 60 * DAY_MS;
/** By whole days: of two openings of one day neither counts more. */
const weightOf = (age: number): number => 2 ** ((-Math.max(0, Math.floor(age / DAY_MS)) * DAY_MS) / HALF_LIFE_MS);
/** Times of day are told apart by quarters of an hour. */
const SLOT_MS = 15 * MINUTE_MS;

interface Question {
  /** Instants, ms. */
  readonly openings: readonly number[];
  readonly now: number;
  /** The last instant that may be chosen, ms. */
  readonly until: number;
  readonly zone: string;
  readonly otherwise?: string | undefined;
  /** May a message go out at this instant? */
  readonly isFree: (instant: number) => boolean;
}

/**
 * The instant (ms) in [now, until] at which the user most likely reads: the free quarter of an hour on the user's clocks
 * around which messages were opened most, newer openings counting more; of equal ones the earliest.
 */
export const bestInstant = ({ openings: opened, now, until, zone, otherwise, isFree }: Question): number => {
  if (opened.length < FEWEST_OPENINGS) {
    const usual = otherwise === undefined ? now : nextLocalTime(now - 1, { time: otherwise }, zone);
    return usual <= until ? usual : now;
  }
  const read = opened.map((at) => ({ time: timeOfDay(toLocal(at, zone)), weight: weightOf(now - at) }));
  const scoreAt = (instant: number): number => {
    const time = timeOfDay(toLocal(instant, zone));
    return read.reduce((sum, one) => sum + one.weight * Math.max(0, 1 - apart(one.time, time) / SPREAD_MS), 0);
  };
  const candidates = slotsBetween(now, until, zone).map((instant) => ({ instant, score: scoreAt(instant) }));
  const best = candidates
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.instant - b.instant)
    .find(({ instant }) => isFree(instant));
  return best?.instant ?? now;
};

const timeOfDay = (local: number): number => local - startOfDay(local);

/** Round the clock: 23:45 and 00:15 are half an hour apart. */
const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), DAY_MS - Math.abs(a - b));

/** Now, and when clocks in the zone show each full quarter of an hour after it, in order. */
const slotsBetween = (now: number, until: number, zone: string): readonly number[] => {
  const first = Math.floor(toLocal(now, zone) / SLOT_MS) * SLOT_MS;
  const count = Math.ceil((until - now) / SLOT_MS) + 1;
  const slots = Array.from({ length: count }, (_, index) => fromLocal(first + (index + 1) * SLOT_MS, zone));
  return [now, ...new Set(slots.filter((instant) => instant > now && instant <= until))];
};
