import { fromLocal, toLocal } from "./calendar.ts";

const DAY_MS = 86_400_000;

/**
 * Whether the day of `now` in the zone is the date's day in a later year: from local midnight to local midnight. The date
 * itself is read in UTC (a birthday is a date, not an instant). The 29th of February is the 28th in other years.
 */
export const isAnniversary = (date: number, now: number, zone: string): boolean => {
  const origin = new Date(date);
  const today = new Date(toLocal(now, zone));
  if (today.getUTCFullYear() <= origin.getUTCFullYear() || today.getUTCMonth() !== origin.getUTCMonth()) return false;
  const leapDay = origin.getUTCMonth() === 1 && origin.getUTCDate() === 29;
  return today.getUTCDate() === (leapDay && !isLeapYear(today.getUTCFullYear()) ? 28 : origin.getUTCDate());
};

/** The next local midnight (ms): the only instants at which an anniversary comes or goes. */
export const anniversaryChange = (now: number, zone: string): number => fromLocal((Math.floor(toLocal(now, zone) / DAY_MS) + 1) * DAY_MS, zone);

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
