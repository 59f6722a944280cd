import { stableText } from "../hash.ts";

/** One place at which two definitions differ, by dotted path; `before` is absent where it was added, `after` where it was removed. */
export interface Difference {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Differences told one by one; what two definitions differ in beyond that is another definition. */
const MOST = 1_000;

/** Everything in which two definitions differ, in the order of their fields, at most 1,000; fields of objects one by one, lists by index. */
export const differences = (before: unknown, after: unknown): readonly Difference[] => {
  const found: Difference[] = [];
  compare(before, after, "", found);
  return found;
};

const compare = (before: unknown, after: unknown, path: string, found: Difference[]): void => {
  if (found.length >= MOST || stableText(before) === stableText(after)) return;
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  // Positions on the canvas and the like are objects too: told field by field, like all else.
  if (old === undefined || now === undefined || Array.isArray(before) !== Array.isArray(after)) {
    found.push({ path, change: "changed", before, after });
    return;
  }
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (found.length >= MOST) return;
    const place = Array.isArray(before) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
    if (!Object.hasOwn(old, name)) found.push({ path: place, change: "added", after: now[name] });
    else if (!Object.hasOwn(now, name)) found.push({ path: place, change: "removed", before: old[name] });
    else compare(old[name], now[name], place, found);
  }
};

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
