import fc from "fast-check";
import type { UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import type { Since } from "./condition.ts";
import type { Condition } from "./conditions/all.ts";

/** Instants are small numbers of ms, so that boundaries meet often. */
export const END = 14;
export const iso = (ms: number): string => new Date(ms).toISOString();
const seconds = (ms: number): string => `PT${(ms / 1000).toFixed(3)}S`;
export const time = fc.integer({ min: 1, max: END });
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
const where = optional(fc.integer({ min: 1, max: 2 }).map((value) => [{ path: "properties.n", operator: "equals" as const, value }])).map(
  (filters) => (filters === undefined ? {} : { where: filters }),
);
const since = optional(fc.constantFrom<Since>("ever", "entry", "step")).map((from) => (from === undefined ? {} : { since: from }));
const name = fc.constantFrom("A", "A*", "AB", "B");
const within = optional(window).map((length) => (length === undefined ? {} : { within: length }));

const pageCondition: fc.Arbitrary<Condition> = fc
  .record({
    type: fc.constantFrom("page" as const, "screen" as const),
    event: optional(fc.constantFrom("P", "Q*", "*")),
    where,
    within,
    since,
  })
  .map(({ type, event, ...more }) => ({ type, ...(event !== undefined && { event }), ...more.where, ...more.within, ...more.since }));
const lastEventCondition: fc.Arbitrary<Condition> = fc
  .record({ event: name, where, since, n: fc.integer({ min: 1, max: 2 }), due: optional(window) })
  .map(({ event, n, due, ...more }) => ({
    type: "last-event",
    event,
    ...more.where,
    ...more.since,
    has: [
      due === undefined
        ? { path: "properties.n", operator: "equals" as const, value: n }
        : { path: "properties.due", operator: "within-next" as const, value: due },
    ],
  }));
const sequenceCondition: fc.Arbitrary<Condition> = fc
  .record({ steps: fc.array(fc.record({ event: name, where, within }), { minLength: 2, maxLength: 4 }), since })
  .map(({ steps, since: from }) => ({
    type: "sequence",
    steps: steps.map((step) => ({ event: step.event, ...step.where, ...step.within })),
    ...from,
  }));
const aggregateCondition: fc.Arbitrary<Condition> = fc
  .record({
    event: name,
    where,
    within,
    since,
    of: fc.constantFrom("sum", "average", "min", "max", "distinct"),
    operator: fc.constantFrom("equals", "exactly", "not-equals", "greater-than", "at-least", "less-than", "at-most", "between"),
    tenths: fc.integer({ min: -3, max: 9 }),
    count: fc.integer({ min: 0, max: 4 }),
    more: fc.integer({ min: 0, max: 3 }),
    path: fc.constantFrom("properties.v", "properties.v[*]"),
  })
  .map(({ event, of, operator, tenths, count, more, path, ...rest }): Condition => {
    const value = of === "distinct" ? count : tenths / 10;
    const fields = {
      type: "aggregate" as const,
      event,
      function: of as "sum", // any of the five: the type only needs to be one of them
      path,
      ...rest.where,
      ...rest.within,
      ...rest.since,
    };
    return operator === "between"
      ? { ...fields, operator, value: [value, of === "distinct" ? count + more : (tenths + more) / 10] }
      : { ...fields, operator: operator as "equals", value };
  });
const messageCondition: fc.Arbitrary<Condition> = fc
  .record({
    template: fc.constantFrom("m", "n"),
    status: fc.constantFrom("sent", "opened", "clicked", "skipped", "bounced"),
    count: optional(fc.record({ operator: fc.constantFrom("at-least", "exactly", "less-than"), value: fc.integer({ min: 0, max: 2 }) })),
    within,
  })
  .map(({ template, status, count, within: period }) => ({ type: "message", template, status, ...(count && { count }), ...period }));
const groupCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .record({
      operator: fc.constantFrom("equals", "not-equals"),
      path: fc.constantFrom("plan", "relationship.role", "id"),
      value: fc.constantFrom("pro", "boss", "g1"),
    })
    .map((filter): Condition => ({ type: "group", groupType: "account", ...filter })),
  fc
    .record({ operator: fc.constantFrom("within-next", "not-within-last"), value: window })
    .map((filter): Condition => ({ type: "group", path: "renewal", ...filter })),
);
const otherCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant<Condition>({ type: "tag", tag: "vip" }),
  fc
    .record({ percent: fc.integer({ min: 0, max: 100 }), salt: fc.constantFrom("a", "b") })
    .map((more): Condition => ({ type: "random", ...more })),
  fc
    .record({
      topic: optional(fc.constantFrom("news", "offers")),
      channel: optional(fc.constantFrom("email", "push")),
      state: fc.constantFrom("opted-in", "opted-out"),
    })
    .filter(({ topic, channel }) => topic !== undefined || channel !== undefined)
    .map(({ topic, channel, state }): Condition => ({
      type: "subscription",
      ...(topic !== undefined && { topic }),
      ...(channel !== undefined && { channel }),
      state,
    })),
  fc.constantFrom("email", "sms", "push", "in-app").map((channel): Condition => ({ type: "reachable", channel })),
);
/** What only runs have: their trigger, and messages of their steps. */
const runCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.integer({ min: 1, max: 2 }).map((value): Condition => ({ type: "trigger", path: "properties.n", operator: "equals", value })),
  window.map((value): Condition => ({ type: "trigger", path: "properties.due", operator: "within-last", value })),
  fc.constantFrom("sent", "clicked").map((status): Condition => ({ type: "message", step: "s", status })),
);

const nestedDeep = (leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      { weight: 14, arbitrary: leaf },
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

const someLeaf = fc.oneof(
  { weight: 4, arbitrary: eventCondition },
  { weight: 3, arbitrary: attributeCondition },
  { weight: 4, arbitrary: aggregateCondition },
  { weight: 3, arbitrary: sequenceCondition },
  { weight: 2, arbitrary: lastEventCondition },
  { weight: 1, arbitrary: pageCondition },
  { weight: 1, arbitrary: messageCondition },
  { weight: 1, arbitrary: groupCondition },
  { weight: 1, arbitrary: otherCondition },
);
/** Conditions of every type but `segment` over the events of `someEvents` and the user of `someUser`, nested up to three deep. */
export const someCondition: fc.Arbitrary<Condition> = nestedDeep(someLeaf);
/** The same inside a journey. */
export const someRunCondition: fc.Arbitrary<Condition> = nestedDeep(
  fc.oneof({ weight: 10, arbitrary: someLeaf }, { weight: 1, arbitrary: runCondition }),
);

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
        properties: fc.record({
          n: fc.integer({ min: 1, max: 2 }),
          k: fc.constantFrom("x", "y"),
          v: fc.constantFrom<Json>(0.1, 0.2, 0.7, -0.3, "0.2", "0.20", true, "true", null, [0.1, 0.2], ["x", "0.7", 0.7]),
          due: time.map(iso),
        }),
      }),
      fc.record({
        ...common,
        type: fc.constantFrom("page" as const, "screen" as const),
        name: fc.constantFrom("P", "QR", ""),
        properties: fc.record({ n: fc.integer({ min: 1, max: 2 }), k: fc.constantFrom("x", "y") }),
      }),
      fc.record({
        ...common,
        type: fc.constant("identify" as const),
        traits: fc.oneof(fc.record({ plan: fc.constantFrom("pro", "free", null) }), fc.record({ date: time.map(iso) })),
      }),
    ),
    { maxLength: 16 },
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
