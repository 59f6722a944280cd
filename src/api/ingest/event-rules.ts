import * as z from "zod";
import type { UserEvent } from "../../domain/event/event.ts";
import { typeOfValue, valueTypes, type ValueType } from "../../domain/event/value-types.ts";
import type { Verdicts } from "./batch.ts";
import type { Rejection } from "./verdict.ts";

/** What a workspace demands of one event's properties: those that are there must be of these kinds; others are free. */
export interface EventRule {
  readonly enforce: "block" | "warn";
  readonly properties: Readonly<Record<string, ValueType>>;
}

/** Body of PUT /api/schema/events/{name}; "off" takes the rule away. */
export const eventRuleSchema = z.lazy(() =>
  z.strictObject({
    enforce: z.enum(["block", "warn", "off"]),
    properties: z
      .record(z.string().min(1).max(200), z.enum(valueTypes))
      .refine((all) => Object.keys(all).length <= 100, "a rule names at most 100 properties")
      .default({}),
  }),
);

/** Rules of a workspace by the name of the event. */
export type EventRules = ReadonlyMap<string, EventRule>;

export interface Judged extends Verdicts {
  /** Accepted, but not as they should be. */
  readonly warned: readonly Rejection[];
}

/** Holds accepted items against the workspace's rules; most workspaces have none. */
export const enforceRules = (verdicts: Verdicts, rules: EventRules): Judged => {
  if (rules.size === 0) return { ...verdicts, warned: [] };
  const rejected: Rejection[] = [];
  const warned: Rejection[] = [];
  const accepted = verdicts.accepted.filter(({ event }) => {
    const rule = event.type === "track" ? rules.get(event.event ?? "") : undefined;
    const fault = rule && faultOf(event, rule);
    if (rule === undefined || fault === undefined) return true;
    if (rule.enforce === "warn") warned.push({ index: event.index, code: "schema-warning", ...fault });
    else rejected.push({ index: event.index, code: "schema", ...fault });
    return rule.enforce === "warn";
  });
  return { accepted, rejected: [...verdicts.rejected, ...rejected].toSorted((a, b) => a.index - b.index), warned };
};

/** The first property that is of another kind than it should be. */
const faultOf = (
  { event, properties = {} }: UserEvent,
  rule: EventRule,
): { readonly field: string; readonly message: string } | undefined => {
  for (const [name, wanted] of Object.entries(rule.properties)) {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const type = value === undefined ? undefined : typeOfValue(value);
    if (type !== undefined && type !== wanted)
      return { field: `properties.${name}`, message: `"${event}" has ${name} as ${wanted} here, this is ${type}` };
  }
  return undefined;
};
