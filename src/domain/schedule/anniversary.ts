import { fromLocal, toLocal } from "./calendar.ts";

const DAY_MS = 86_400_000;

/**
 * Whether the day of `now` in the zone is the date's day in a later year: from local midnight to local midnight. The date
 * itself is read in UTC (a birthday is a date, not an instant). The 29th of February is the 28th in other years.
 */
export const isAnniversary = (date: number, now: number, zone: string): boolean => {
  const today = toLocal(now, zone);
  const year = new Date(today).getUTCFullYear();
  return year > new Date(date).getUTCFullYear() && startOfDay(today) === dayIn(year, date);
};

/** The next instant (ms) at which `isAnniversary` changes: the end of today's, else the beginning of the next. */
export const anniversaryChange = (date: number, now: number, zone: string): number => {
  const today = startOfDay(toLocal(now, zone));
  if (isAnniversary(date, now, zone)) return fromLocal(today + DAY_MS, zone);
  const year = Math.max(new Date(today).getUTCFullYear(), new Date(date).getUTCFullYear() + 1);
  const day = dayIn(year, date);
  return fromLocal(day > today ? day : dayIn(year + 1, date), zone);
};

const startOfDay = (local: number): number => Math.floor(local / DAY_MS) * DAY_MS;

/** Midnight of the date's day in a year, as if it were UTC. */
const dayIn = (year: number, date: number): number => {
  const origin = new Date(date);
  const leapDay = origin.getUTCMonth() === 1 && origin.getUTCDate() === 29;
  return Date.UTC(year, origin.getUTCMonth(), leapDay && !isLeapYear(year) ? 28 : origin.getUTCDate());
};

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
