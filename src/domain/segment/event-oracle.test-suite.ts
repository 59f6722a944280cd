/** The naive reading of what is asked about events: every question scans all of them. */
import { compareOrder, orderOf, type UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import type { Since } from "./condition.ts";
import { countsSince, filterHolds, millisOf, type OracleWorld } from "./oracle-world.test-suite.ts";
import type { Condition } from "./conditions/all.ts";

interface Counted {
  readonly event: string;
  readonly kind?: string;
  readonly where?: readonly object[] | undefined;
  readonly since?: Since | undefined;
}

/** Is the event one of those the condition is about? */
export const counts = (event: UserEvent, condition: Counted, world: OracleWorld, since: Since): boolean => {
  const { kind = "track", event: wanted } = condition;
  const name = kind === "track" ? event.event : event.name;
  if (event.type !== kind || name === undefined) return false;
  if (!(wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted)) return false;
  for (const filter of condition.where ?? []) if (!("value" in filter) || event.properties?.["n"] !== filter.value) return false;
  if (world.keyPath !== undefined && (world.run === undefined || event.properties?.["k"] !== world.run.key)) return false;
  return countsSince(event, condition.since ?? since, world.run);
};

const inOrder = (a: UserEvent, b: UserEvent): number => compareOrder(orderOf(a), orderOf(b));

export const lastEventHolds = (
  condition: Extract<Condition, { type: "last-event" }>,
  world: OracleWorld,
  now: number,
  since: Since,
): boolean => {
  const newest = world.events
    .filter((event) => counts(event, condition, world, since))
    .toSorted(inOrder)
    .at(-1);
  return (
    newest !== undefined &&
    condition.has.every((filter) => filterHolds(filter, newest.properties?.[filter.path.replace("properties.", "")], now))
  );
};

export const sequenceHolds = (
  { steps, since: said }: Extract<Condition, { type: "sequence" }>,
  world: OracleWorld,
  now: number,
  since: Since,
): boolean => {
  const follow = (index: number, previous: UserEvent | undefined): boolean => {
    const step = steps[index];
    if (step === undefined) return true;
    return world.events.some((event) => {
      if (!counts(event, { ...step, event: step.event ?? "*", since: said }, world, since)) return false;
      if (previous !== undefined && inOrder(previous, event) >= 0) return false;
      if (step.within !== undefined) {
        const until = (previous?.time ?? event.time) + millisOf(step.within);
        if ((previous === undefined ? now : event.time) >= until) return false;
      }
      return follow(index + 1, event);
    });
  };
  return follow(0, undefined);
};

export const aggregateHolds = (
  condition: Extract<Condition, { type: "aggregate" }>,
  world: OracleWorld,
  now: number,
  since: Since,
): boolean => {
  const values = world.events
    .filter(
      (event) =>
        counts(event, condition, world, since) && (condition.within === undefined || now < event.time + millisOf(condition.within)),
    )
    .flatMap((event): Json[] => {
      const value = event.properties?.["v"] ?? null;
      return Array.isArray(value) === condition.path.endsWith("[*]") ? [value].flat() : []; // one level of lists is all there is
    })
    .filter((value) => value !== null && value !== "");
  /** Whole tenths are exact. */
  const tenths = values.flatMap((value) =>
    typeof value === "boolean" || !/^-?\d+(\.\d*[1-9])?$/.test(String(value)) ? [] : [Math.round(Number(value) * 10)],
  );
  const sum = tenths.reduce((all, one) => all + one, 0);
  const [found, unit] = ((): readonly [number | undefined, number] => {
    switch (condition.function) {
      case "sum":
        return [sum, 10];
      case "average":
        return [tenths.length === 0 ? undefined : sum, 10 * tenths.length];
      case "min":
        return [tenths.length === 0 ? undefined : Math.min(...tenths), 10];
      case "max":
        return [tenths.length === 0 ? undefined : Math.max(...tenths), 10];
      case "distinct":
        return [new Set(values.map((value) => `${typeof value === "boolean"} ${String(value)}`)).size, 1];
    }
  })();
  if (found === undefined) return condition.operator === "not-equals";
  const [low = 0, high = low] = [condition.value].flat().map((value) => Math.round(value * unit));
  switch (condition.operator) {
    case "equals":
    case "exactly":
      return found === low;
    case "not-equals":
      return found !== low;
    case "greater-than":
      return found > low;
    case "at-least":
      return found >= low;
    case "less-than":
      return found < low;
    case "at-most":
      return found <= low;
    case "between":
      return found >= low && found <= high;
  }
};
