import * as z from "zod";
import { momentMs, momentSchema } from "./moment.ts";
import { traceTypes, type TraceItem } from "./trace.ts";

/** Fields of a trace item that an expectation may name. */
const fields = {
  at: momentSchema.optional(),
  until: momentSchema.optional(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
  journey: z.string().optional(),
  version: z.int().optional(),
  run: z.string().optional(),
  key: z.string().nullable().optional(),
  step: z.string().optional(),
  path: z.string().optional(),
  segment: z.string().optional(),
  reason: z.string().optional(),
  because: z.unknown().optional(),
  goal: z.string().optional(),
  attribute: z.string().optional(),
  value: z.unknown().optional(),
  tag: z.string().optional(),
  message: z.string().optional(),
  channel: z.string().optional(),
  template: z.string().optional(),
  topic: z.string().optional(),
  to: z.string().optional(),
  subject: z.string().optional(),
  body: z.string().optional(),
  html: z.string().optional(),
  status: z.union([z.string(), z.number()]).optional(),
  silent: z.boolean().optional(),
};

/** A trace item there must be (`type`), or must not be (`never`); every field given must be so in it. */
export const expectationSchema = z
  .strictObject({ type: z.enum(traceTypes).optional(), never: z.enum(traceTypes).optional(), ...fields })
  .refine(({ type, never }) => (type === undefined) !== (never === undefined), {
    path: ["type"],
    error: 'an expectation has either "type" (there is such an item) or "never" (there is none)',
  });

export type Expectation = z.output<typeof expectationSchema>;

/** An expectation that was not met. */
export interface Failure {
  /** Its place in `expect`. */
  readonly index: number;
  readonly expected: Expectation;
  readonly why: string;
  /** The item that comes closest (of a `never`: the one that should not be there); null when there is none of that type. */
  readonly nearest: TraceItem | null;
}

/** Holds the expectations against the trace. */
export const failuresOf = (expectations: readonly Expectation[], trace: readonly TraceItem[], start: number): readonly Failure[] => {
  const byType = new Map<string, TraceItem[]>();
  for (const item of trace) {
    const list = byType.get(item.type);
    if (list === undefined) byType.set(item.type, [item]);
    else list.push(item);
  }
  return expectations.flatMap((expected, index) => {
    const { type, never, ...wanted } = expected;
    const found = closest(byType.get(type ?? never ?? "") ?? [], wanted, start);
    if (never !== undefined)
      return found?.differing.length === 0 ? [{ index, expected, why: `there is such an item "${never}"`, nearest: found.item }] : [];
    if (found?.differing.length === 0) return [];
    const why =
      found === undefined
        ? `there is no item "${type}"`
        : `no item "${type}" has all of it; the nearest differs in ${found.differing.join(", ")}`;
    return [{ index, expected, why, nearest: found?.item ?? null }];
  });
};

interface Candidate {
  readonly item: TraceItem;
  /** Names of fields that are not as wanted. */
  readonly differing: readonly string[];
}

/** The item with the fewest fields that differ; of several the first. A wrong user is further away than a wrong anything else. */
const closest = (items: readonly TraceItem[], wanted: Readonly<Record<string, unknown>>, start: number): Candidate | undefined => {
  let best: Candidate | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const differing = Object.keys(wanted).filter((name) => wanted[name] !== undefined && !isAs(item, { name, value: wanted[name], start }));
    const cost = differing.length + (differing.includes("userId") || differing.includes("anonymousId") ? 100 : 0);
    if (cost >= bestCost) continue;
    best = { item, differing };
    bestCost = cost;
    if (cost === 0) break;
  }
  return best;
};

const isAs = (
  item: TraceItem,
  { name, value, start }: { readonly name: string; readonly value: unknown; readonly start: number },
): boolean => {
  const actual: unknown = name in item ? item[name as keyof TraceItem] : undefined; // checked by `in`
  if ((name === "at" || name === "until") && typeof value === "string")
    return typeof actual === "string" && momentMs(value, start) === Date.parse(actual);
  return holds(actual, value);
};

/** Objects hold when each field wanted holds; lists element by element; all else when equal. */
const holds = (actual: unknown, wanted: unknown): boolean => {
  if (typeof wanted !== "object" || wanted === null) return actual === wanted;
  if (typeof actual !== "object" || actual === null || Array.isArray(actual) !== Array.isArray(wanted)) return false;
  if (Array.isArray(actual) && Array.isArray(wanted))
    return actual.length === wanted.length && wanted.every((one, index) => holds(actual[index], one));
  return Object.entries(wanted).every(([name, inner]) =>
    holds(Object.hasOwn(actual, name) ? (actual as Record<string, unknown>)[name] : undefined, inner),
  ); // an object, checked above
};
