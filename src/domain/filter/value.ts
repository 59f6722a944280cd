import type { Json } from "../json.ts";
import { parseInstant } from "../schedule/instant.ts";

/** The number a value stands for: a number, or numeric text in canonical form ("5", not "5.0" or "05"). Clients mix both. */
export const asNumber = (value: Json): number | undefined => {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && String(number) === value ? number : undefined;
};

/** The text a value stands for in text operators: text, or a number's canonical form. */
export const asText = (value: Json): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

/** Below this a number is Unix seconds, from it on milliseconds (1e11 ms is 1973, 1e11 s the year 5138). */
const SECONDS_BELOW = 1e11;

/** The instant a value stands for, ms: ISO text, Unix seconds or milliseconds. */
export const asInstant = (value: Json): number | undefined => {
  const number = asNumber(value);
  if (number !== undefined) return Math.floor(Math.abs(number) < SECONDS_BELOW ? number * 1000 : number);
  return typeof value === "string" ? parseInstant(value) : undefined;
};

/** Exact equality of two plain values; a number equals its canonical text, booleans only booleans; lists and objects equal nothing. */
export const isEqual = (value: Json, wanted: Json, ignoreCase: boolean): boolean => {
  if (value === wanted) return typeof value !== "object";
  if (typeof value === "string" && typeof wanted === "string") return ignoreCase && value.toLowerCase() === wanted.toLowerCase();
  if (typeof value === "number" && typeof wanted === "string") return asNumber(wanted) === value;
  if (typeof value === "string" && typeof wanted === "number") return asNumber(value) === wanted;
  return false;
};
