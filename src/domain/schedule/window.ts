import { clockChange, offsetAt } from "./calendar.ts";
import { dayOf, startOfDay, timeOfDayMs, type Day } from "./local-time.ts";

const DAY_MS = 86_400_000;

/** A stretch of the day by what clocks show: `from` included, `to` excluded; a `to` not after `from` is on the next day. */
export interface DailyWindow {
  readonly from: string;
  readonly to: string;
  /** Days on which it begins; left out = each. */
  readonly days?: readonly Day[] | undefined;
}

/** Where an instant stands; instants in ms. */
export type WindowState = { readonly open: true; readonly closesAt: number } | { readonly open: false; readonly opensAt: number };

/** Three a day for a week and a bit, and clock changes between them. */
const MAX_LOOKS = 40;

/**
 * Whether clocks in the zone show a time inside the window, and until when. It goes by the clock alone: an hour that comes
 * twice in autumn is in (or out) both times, and a window that begins in the hour left out in spring begins after it.
 */
export const windowAt = (now: number, window: DailyWindow, zone: string): WindowState => {
  const isOpen = shows(now + offsetAt(now, zone), window);
  let at = now;
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    at = nextLook(at, window, zone);
    if (shows(at + offsetAt(at, zone), window) !== isOpen) break;
  }
  // A window that never changes is only ever said to last as far as was looked.
  return isOpen ? { open: true, closesAt: at } : { open: false, opensAt: at };
};

const shows = (local: number, { from, to, days }: DailyWindow): boolean => {
  const today = startOfDay(local);
  const time = local - today;
  const begins = timeOfDayMs(from);
  const ends = timeOfDayMs(to);
  const isOn = (day: number): boolean => days === undefined || days.includes(dayOf(day));
  if (begins < ends) return isOn(today) && time >= begins && time < ends;
  return (time >= begins && isOn(today)) || (time < ends && isOn(today - DAY_MS));
};

/** The next instant at which clocks show `from`, `to` or midnight, or at which they are changed: nothing can differ before it. */
const nextLook = (at: number, { from, to }: DailyWindow, zone: string): number => {
  const offset = offsetAt(at, zone);
  const local = at + offset;
  const today = startOfDay(local);
  let next = today + DAY_MS;
  for (const boundary of [today + timeOfDayMs(from), today + timeOfDayMs(to)]) if (boundary > local && boundary < next) next = boundary;
  const instant = next - offset;
  return offsetAt(instant, zone) === offset ? instant : clockChange(at, instant, zone);
};
