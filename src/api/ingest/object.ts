import type { JsonObject } from "../../domain/json.ts";
import { Refused } from "./verdict.ts";

/** Deepest nesting of properties, traits and context. */
const maxDepth = 32;
/** Most properties in all of one object, nested ones counted (Segment: 10,000 per event). */
const maxProperties = 10_000;

interface Count {
  properties: number;
}

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;

const check = (value: object, field: string, depth: number, count: Count): void => {
  if (depth > maxDepth) throw new Refused(field, "too-deep", `${field} is nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) {
    for (const child of value) if (isNested(child)) check(child, field, depth + 1, count);
    return;
  }
  const entries = value as Record<string, unknown>; // comes from JSON.parse
  for (const key in entries) {
    count.properties += 1;
    // JSON may name it; kept, it would turn into a prototype wherever properties are copied one by one.
    if (key === "__proto__") delete entries[key];
    else {
      const child = entries[key];
      if (isNested(child)) check(child, field, depth + 1, count);
    }
  }
  if (count.properties > maxProperties) throw new Refused(field, "too-many", `${field} has more than ${maxProperties} properties`);
};

/** Reads a JSON object fresh from the parser (and takes "__proto__" keys out of it, in place); undefined when absent or null. Bounded in depth and number of properties. */
export const readObject = (value: unknown, field: string): JsonObject | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw new Refused(field, "wrong-type", `${field} must be an object`);
  check(value, field, 1, { properties: 0 });
  return value as JsonObject; // comes from JSON.parse
};
