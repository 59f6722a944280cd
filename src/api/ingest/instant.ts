import { Refused } from "./verdict.ts";

// Date.parse alone takes "item 1" for a date in 2001; only these two shapes may reach it.
const iso = /^\d{4}-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d\d:?(?:\d\d)?)?)?)?$/i;
const dateString = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]*,? /;
const digits = /^\d{9,13}(?:\.\d+)?$/;

/** 9999-12-31, the last instant ISO 8601 writes with four digits of year. */
const latest = 253_402_300_799_999;
/** Epoch numbers below it are seconds (until the year 5138), from it on milliseconds (from 1973). */
const firstMilliseconds = 100_000_000_000;

const parseText = (text: string): number => {
  if (digits.test(text)) return parseNumber(Number(text));
  if (iso.test(text)) {
    // A date and time without a zone is UTC, as everywhere in the API; the engine would take it for local time.
    const zoned = text.length > 10 && !/(?:Z|[+-]\d\d:?(?:\d\d)?)$/i.test(text.slice(10)) ? `${text}Z` : text;
    const parsed = Date.parse(zoned);
    return Number.isNaN(parsed) ? Date.parse(zoned.replace(",", ".").replace(/\s(?=Z|[+-])/i, "")) : parsed;
  }
  return dateString.test(text) ? Date.parse(text) : Number.NaN;
};

const parseNumber = (value: number): number => Math.round(Math.abs(value) < firstMilliseconds ? value * 1000 : value);

/**
 * Reads an instant as clients write it: ISO 8601, the text of a JavaScript Date, or an epoch number in seconds or milliseconds.
 * Answers milliseconds since the epoch; undefined for an absent one. Throws Refused for anything else.
 */
export const readInstant = (value: unknown, field: string): number | undefined => {
  if (value === undefined || value === null || value === "") return undefined;
  const at = typeof value === "string" ? parseText(value) : typeof value === "number" ? parseNumber(value) : Number.NaN;
  if (at >= 0 && at <= latest) return at;
  throw new Refused(field, "bad-time", `${field} must be an ISO 8601 time or an epoch number between 1970 and 9999`);
};
