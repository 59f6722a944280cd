import { hashText } from "../hash.ts";
import type { Frequency } from "../journey/frequency.ts";
import { windowMs } from "../schedule/duration.ts";
import type { EntryCounter } from "./state.ts";

/** As many of the newest entries are kept as a `limit` can count. */
const MAX_RECENT = 50;
/** Counters of one user; beyond it the keyed ones entered longest ago are forgotten, many at once, as each time looks through all of them. */
const MAX_COUNTERS = 1_000;
const KEPT_COUNTERS = 900;

/** Entries asked for that are remembered per journey: a repetition comes soon after (a retry, a page done twice). */
const MAX_ASKED = 200;

const NEVER: EntryCounter = { count: 0, lastEnteredAt: 0, recent: [] };

/** Counters are per journey and key; a journey's own key holds no "|". */
export const counterKey = (journey: string, key: string | null): string => (key === null ? journey : `${journey}|${key}`);

type Counters = Readonly<Record<string, EntryCounter>>;

export const counterOf = (entries: Counters, at: string): EntryCounter => (Object.hasOwn(entries, at) ? (entries[at] ?? NEVER) : NEVER);

/** Why the frequency lets no run start at `now` (ms); undefined = it does. Interval clocks start at entry. */
export const refusedByFrequency = (frequency: Frequency, counter: EntryCounter, now: number): string | undefined => {
  if (frequency.type === "once") return counter.count > 0 ? "once" : undefined;
  if (frequency.type === "interval" && counter.count > 0 && now < counter.lastEnteredAt + windowMs(frequency.every)) return "interval";
  if (frequency.limit === undefined) return undefined;
  const since = now - windowMs(frequency.limit.per);
  return counter.recent.filter((enteredAt) => enteredAt > since).length >= frequency.limit.count ? "limit" : undefined;
};

/** The counter after an entry at `now`. `again` (ms) is when an interval comes round. */
export const countEntry = (counter: EntryCounter, now: number, again: number | undefined): EntryCounter => {
  const { reenterAt: _old, ...rest } = counter;
  const counted = { ...rest, count: counter.count + 1, lastEnteredAt: now, recent: [now, ...counter.recent].slice(0, MAX_RECENT) };
  return again === undefined ? counted : { ...counted, reenterAt: again };
};

/** The counters with one of them set, within their bound. */
export const withCounter = (entries: Counters, at: string, counter: EntryCounter): Counters => {
  const all = { ...entries, [at]: counter };
  const names = Object.keys(all);
  if (names.length <= MAX_COUNTERS) return all;
  const keyed = names.filter((name) => name.includes("|"));
  if (keyed.length <= MAX_COUNTERS) return all;
  const enteredAt = (name: string): number => all[name]?.lastEnteredAt ?? 0;
  const oldest = new Set(keyed.toSorted((a, b) => enteredAt(a) - enteredAt(b)).slice(0, keyed.length - KEPT_COUNTERS));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !oldest.has(name)));
};

/** What came of an entry asked for under this id before: "" = entered, else why not; undefined = it was not asked for. */
export const askedBefore = (entries: Counters, journey: string, id: string): string | undefined => {
  const { asked } = counterOf(entries, counterKey(journey, null));
  if (asked === undefined) return undefined;
  const hash = hashText(id);
  return asked.find(([known]) => known === hash)?.[1];
};

/** The counters with what came of an entry that was asked for. */
export const rememberAsked = (
  entries: Counters,
  journey: string,
  { id, refused, at }: { readonly id: string; readonly refused: string; readonly at: number },
): Counters => {
  const name = counterKey(journey, null);
  const counter = counterOf(entries, name);
  return withCounter(entries, name, {
    ...counter,
    asked: [[hashText(id), refused, at] as const, ...(counter.asked ?? [])].slice(0, MAX_ASKED),
  });
};

/** Two users' counters as one: `once` means once ever, also after a merge. */
export const mergeCounters = (a: EntryCounter, b: EntryCounter): EntryCounter => {
  const reenterAt = laterOf(a.reenterAt, b.reenterAt);
  const included = laterOf(a.included, b.included);
  return {
    count: a.count + b.count,
    lastEnteredAt: Math.max(a.lastEnteredAt, b.lastEnteredAt),
    recent: [...a.recent, ...b.recent].toSorted((x, y) => y - x).slice(0, MAX_RECENT),
    ...(reenterAt !== undefined && { reenterAt }),
    ...(included !== undefined && { included }),
    ...laterDate(a, b),
    ...((a.asked ?? b.asked) && { asked: uniteAsked(a.asked ?? [], b.asked ?? []) }),
  };
};

type Asked = NonNullable<EntryCounter["asked"]>;

/** Newest first, whatever the sequence of merges; what entered one of them has entered. */
const uniteAsked = (a: Asked, b: Asked): Asked => {
  const byId = new Map<string, Asked[number]>();
  for (const one of [...a, ...b]) {
    const known = byId.get(one[0]);
    if (known === undefined || one[1] < known[1] || (one[1] === known[1] && one[2] > known[2])) byId.set(one[0], one);
  }
  return [...byId.values()].toSorted((x, y) => y[2] - x[2] || (x[0] < y[0] ? -1 : 1)).slice(0, MAX_ASKED);
};

const laterDate = (a: EntryCounter, b: EntryCounter): Pick<EntryCounter, "dateUpTo" | "dateOf"> => {
  const later = (a.dateUpTo ?? 0) - (b.dateUpTo ?? 0) || (a.dateOf ?? 0) - (b.dateOf ?? 0);
  const { dateUpTo, dateOf } = later >= 0 ? a : b;
  return { ...(dateUpTo !== undefined && { dateUpTo }), ...(dateOf !== undefined && { dateOf }) };
};

const laterOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined || a >= b ? a : b;
