import type { Catalog, CompiledJourney } from "../catalog/catalog.ts";
import { counterKey, counterOf } from "./frequency.ts";
import type { EntryCounter, Profile, UserState } from "./state.ts";
import { zoneOf } from "./zone.ts";

/** One date seen from two zones is at most this far apart. */
const ZONES_APART_MS = 27 * 3_600_000;

/** When a date of the user's starts a journey next. */
export interface DueDate {
  readonly journey: CompiledJourney;
  /** ms */
  readonly due: number;
}

interface Known {
  readonly catalog: Catalog;
  readonly entries: UserState["entries"];
  readonly zone: string;
  readonly dates: readonly DueDate[];
}

const NONE: readonly DueDate[] = [];
const known = new WeakMap<Profile["attributes"], Known>();

/**
 * The next date of every journey that dates start; nothing of it is stored. Kept per record of attributes, because most
 * events change neither those nor the counters.
 */
export const dueDates = (state: UserState, catalog: Catalog): readonly DueDate[] => {
  if (catalog.journeysByDate.length === 0) return NONE;
  const { attributes } = state.profile;
  const zone = zoneOf(state.profile, catalog.document.timezone);
  const before = known.get(attributes);
  if (before?.catalog === catalog && before.entries === state.entries && before.zone === zone) return before.dates;
  const coming = catalog.journeysByDate.flatMap((journey) => {
    const due = nextDate(state, journey, zone);
    return due === undefined ? [] : [{ journey, due }];
  });
  const dates = coming.length === 0 ? NONE : coming;
  known.set(attributes, { catalog, entries: state.entries, zone, dates });
  return dates;
};

/** The earliest of them, ms. */
export const nextDateDue = (state: UserState, catalog: Catalog): number | undefined => {
  let next: number | undefined;
  for (const { due } of dueDates(state, catalog)) if (next === undefined || due < next) next = due;
  return next;
};

/** Not what was over when the journey was published, or when the date was told; and nothing twice. */
const nextDate = (state: UserState, journey: CompiledJourney, zone: string): number | undefined => {
  const { trigger } = journey;
  const { attributes } = state.profile;
  if (trigger.kind !== "date" || journey.status === "stopped" || !Object.hasOwn(attributes, trigger.attribute)) return undefined;
  const entry = attributes[trigger.attribute];
  const date = trigger.date(entry?.value);
  if (entry === undefined || date === undefined) return undefined;
  const counter = counterOf(state.entries, counterKey(journey.key, null));
  const after = Math.max(journey.since - 1, entry.order[1] - 1, firedUpTo(counter, date));
  const asked = { date, after, zone };
  return (nextKnown(journey, asked) ?? noteNext(journey, asked, trigger.next(entry.value, after, zone))).due;
};

interface Asked {
  readonly date: number;
  readonly after: number;
  readonly zone: string;
}

/** What was found for a date in a zone; it holds for every later `after` up to what was found. `NEVER`: nothing comes any more. */
interface Found {
  readonly after: number;
  readonly due: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** Dates kept per journey: clients say all of a user's attributes with each identify, and a date costs more to reckon than all the rest of it. */
const MOST_KNOWN = 2_000;
const found = new WeakMap<CompiledJourney, Map<string, Found>>();

const placeOf = ({ date, zone }: Asked): string => `${date} ${zone}`;

/** What is known already; `undefined` inside = nothing comes any more. */
const nextKnown = (journey: CompiledJourney, asked: Asked): { readonly due: number | undefined } | undefined => {
  const known = found.get(journey)?.get(placeOf(asked));
  if (known === undefined || asked.after < known.after || asked.after >= known.due) return undefined;
  return { due: known.due === NEVER ? undefined : known.due };
};

const noteNext = (journey: CompiledJourney, asked: Asked, due: number | undefined): { readonly due: number | undefined } => {
  const all = found.get(journey) ?? new Map<string, Found>();
  if (all.size >= MOST_KNOWN) all.clear();
  all.set(placeOf(asked), { after: asked.after, due: due ?? NEVER });
  found.set(journey, all);
  return { due };
};

const firedUpTo = ({ dateUpTo, dateOf }: EntryCounter, date: number): number =>
  dateUpTo === undefined ? Number.MIN_SAFE_INTEGER : dateOf === date ? dateUpTo + ZONES_APART_MS : dateUpTo;
