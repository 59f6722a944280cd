import fc from "fast-check";
import type { UserEvent } from "../event/event.ts";
import type { Since } from "./condition.ts";
import type { Condition } from "./conditions/all.ts";

/** Instants are small numbers of ms, so that boundaries meet often. */
export const END = 14;
const iso = (ms: number): string => new Date(ms).toISOString();
const seconds = (ms: number): string => `PT${(ms / 1000).toFixed(3)}S`;
const time = fc.integer({ min: 1, max: END });
const window = fc.integer({ min: 1, max: 12 }).map(seconds);
export const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const period = fc.oneof(
  fc.constant({}),
  window.map((within) => ({ within })),
  fc.tuple(time, time).map(([a, b]) => ({ between: [iso(a), iso(b)] as [string, string] })),
  time.map((at) => ({ after: iso(at) })),
  time.map((at) => ({ before: iso(at) })),
);
const eventCondition: fc.Arbitrary<Condition> = fc
  .record({
    event: fc.constantFrom("A", "A*", "AB", "B"),
    n: optional(fc.integer({ min: 1, max: 2 })),
    count: optional(
      fc.record({
        operator: fc.constantFrom("at-least", "exactly", "at-most", "less-than", "greater-than"),
        value: fc.integer({ min: 0, max: 3 }),
      }),
    ),
    period,
    since: optional(fc.constantFrom<Since>("ever", "entry", "step")),
  })
  .map(({ event, n, count, period: bounds, since }) => ({
    type: "event",
    event,
    ...(n !== undefined && { where: [{ path: "properties.n", operator: "equals" as const, value: n }] }),
    ...(count && { count }),
    ...bounds,
    ...(since && { since }),
  }));
const attributeCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .record({ operator: fc.constantFrom("equals", "not-equals"), value: fc.constantFrom("pro", "free"), hold: optional(window) })
    .map(({ operator, value, hold }): Condition => ({ type: "attribute", path: "plan", operator, value, ...(hold && { for: hold }) })),
  fc
    .record({ operator: fc.constantFrom("within-last", "within-next"), value: window })
    .map(({ operator, value }): Condition => ({ type: "attribute", path: "date", operator, value })),
);
/** Conditions over the events, attributes and tag of `someEvents`, nested up to three deep; no segments. */
export const someCondition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 5, arbitrary: eventCondition },
    { weight: 3, arbitrary: attributeCondition },
    { weight: 1, arbitrary: fc.constant<Condition>({ type: "tag", tag: "vip" }) },
    {
      weight: 2,
      arbitrary: fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((conditions): Condition => ({ type: "and", conditions })),
    },
    {
      weight: 2,
      arbitrary: fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((conditions): Condition => ({ type: "or", conditions })),
    },
    { weight: 2, arbitrary: tie("node").map((condition): Condition => ({ type: "not", condition })) },
  ),
})).node;

/** Half of the events arrive at once, half late. */
const common = { receivedAt: time, late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: END })) };
/** Events A, AB, B and identify calls, some late, no two with the same place in the total order; in the order they arrived. */
export const someEvents = fc
  .array(
    fc.oneof(
      fc.record({
        ...common,
        type: fc.constant("track" as const),
        event: fc.constantFrom("A", "AB", "B"),
        properties: fc.record({ n: fc.integer({ min: 1, max: 2 }), k: fc.constantFrom("x", "y") }),
      }),
      fc.record({
        ...common,
        type: fc.constant("identify" as const),
        traits: fc.oneof(fc.record({ plan: fc.constantFrom("pro", "free", null) }), fc.record({ date: time.map(iso) })),
      }),
    ),
    { maxLength: 14 },
  )
  .map((made) =>
    made
      .toSorted((a, b) => a.receivedAt - b.receivedAt)
      .map(({ late, ...event }, id): UserEvent => ({
        ...event,
        id: `e${id}`,
        index: id,
        time: Math.max(1, event.receivedAt - late),
        key: "client",
      })),
  );
