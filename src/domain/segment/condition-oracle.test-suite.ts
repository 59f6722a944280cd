/** A naive second reading of the conditions: no index, no windows kept, every question scans all events there ever were. */
import { compareOrder, orderOf, type UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import type { Run } from "../user/state.ts";
import type { Since } from "./condition.ts";
import type { Condition } from "./conditions/all.ts";

export interface OracleWorld {
  /** In any order. */
  readonly events: readonly UserEvent[];
  readonly tags: readonly string[];
  readonly createdAt: number;
  readonly run?: Run;
  readonly keyPath?: string;
}

export const oracle = (condition: Condition, world: OracleWorld, now: number, since: Since): boolean => {
  const nested = (inner: unknown): boolean => oracle(inner as Condition, world, now, since); // the registry types nested conditions loosely
  switch (condition.type) {
    case "and":
      return condition.conditions.every(nested);
    case "or":
      return condition.conditions.some(nested);
    case "not":
      return !nested(condition.condition);
    case "everyone":
      return true;
    case "tag":
      return world.tags.includes(condition.tag);
    case "event":
      return countHolds(condition, eventCount(condition, world, now, since));
    case "attribute":
      return attributeHolds(condition, world, now);
    case "segment":
      throw new Error("the oracle knows no segments");
  }
};

type EventCondition = Extract<Condition, { type: "event" }>;
type AttributeCondition = Extract<Condition, { type: "attribute" }>;

const millisOf = (duration: string): number => Math.round(Number(/^PT([\d.]+)S$/.exec(duration)?.[1]) * 1000);

const countHolds = ({ count = { operator: "at-least", value: 1 } }: EventCondition, found: number): boolean => {
  switch (count.operator) {
    case "at-least":
      return found >= count.value;
    case "greater-than":
      return found > count.value;
    case "at-most":
      return found <= count.value;
    case "less-than":
      return found < count.value;
    case "exactly":
      return found === count.value;
  }
};

const eventCount = (condition: EventCondition, world: OracleWorld, now: number, defaultSince: Since): number =>
  world.events.filter((event) => {
    if (event.type !== "track" || event.event === undefined) return false;
    const named = condition.event.endsWith("*") ? event.event.startsWith(condition.event.slice(0, -1)) : event.event === condition.event;
    if (!named) return false;
    for (const filter of condition.where ?? []) if (!("value" in filter) || event.properties?.["n"] !== filter.value) return false;
    if (world.keyPath !== undefined && (world.run === undefined || event.properties?.["k"] !== world.run.key)) return false;
    if (condition.within !== undefined && !(now < event.time + millisOf(condition.within))) return false;
    if (condition.between !== undefined && (event.time < Date.parse(condition.between[0]) || event.time > Date.parse(condition.between[1])))
      return false;
    if (condition.after !== undefined && event.time <= Date.parse(condition.after)) return false;
    if (condition.before !== undefined && event.time >= Date.parse(condition.before)) return false;
    return countsSince(event, condition.since ?? defaultSince, world.run);
  }).length;

const countsSince = (event: UserEvent, since: Since, run: Run | undefined): boolean => {
  if (since === "ever" || run === undefined) return true;
  if (event.id === run.trigger?.id) return false;
  if (since === "entry") return event.time >= run.entryOrder[0];
  return run.stepOrder === undefined ? event.time >= run.stepEnteredAt : compareOrder(orderOf(event), run.stepOrder) > 0;
};

const attributeHolds = (condition: AttributeCondition, world: OracleWorld, now: number): boolean => {
  const holds = (value: Json | undefined): boolean => {
    switch (condition.operator) {
      case "equals":
        return value === condition.value;
      case "not-equals":
        return value !== condition.value;
      case "within-last": {
        const date = typeof value === "string" ? Date.parse(value) : Number.NaN;
        return now >= date && now < date + millisOf(condition.value);
      }
      case "within-next": {
        const date = typeof value === "string" ? Date.parse(value) : Number.NaN;
        return now >= date - millisOf(condition.value) && now < date;
      }
      default:
        throw new Error(`the oracle knows no ${condition.operator}`);
    }
  };
  const writes = world.events
    .filter((event) => event.type === "identify" && event.traits !== undefined && condition.path in event.traits)
    .toSorted((a, b) => compareOrder(orderOf(a), orderOf(b)));
  let value: Json | undefined;
  let since: number | undefined = holds(undefined) ? world.createdAt : undefined;
  for (const write of writes) {
    value = write.traits?.[condition.path] ?? undefined;
    since = holds(value) ? Math.min(since ?? write.time, write.time) : undefined;
  }
  if (!holds(value)) return false;
  return condition.for === undefined || (since !== undefined && now >= since + millisOf(condition.for));
};
