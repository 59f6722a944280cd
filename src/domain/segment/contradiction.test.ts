import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { UserState } from "../user/state.ts";
import { DAY, START, track } from "../user/user-kit.test-suite.ts";
import { compileCondition } from "./compile-condition.ts";
import type { ConditionJson } from "./condition.ts";
import { conditionSchema } from "./conditions/all.ts";
import { neverHold } from "./contradiction.ts";
import { recordMatches } from "./tallies.ts";
import { nameIndex } from "../catalog/name-index.ts";
import { compileCatalog } from "../catalog/compile.ts";

const never = (...conditions: readonly object[]): boolean =>
  neverHold(conditions.map((condition) => ({ condition: conditionSchema.parse(condition), since: "ever" })));
const attribute = (path: string, operator: string, value?: unknown, more: object = {}) => ({
  type: "attribute",
  path,
  operator,
  ...(value !== undefined && { value }),
  ...more,
});
const event = (operator: string, value: number, more: object = {}) => ({ type: "event", event: "A", count: { operator, value }, ...more });
const not = (condition: object) => ({ type: "not", condition });
const and = (...conditions: readonly object[]) => ({ type: "and", conditions });
const or = (...conditions: readonly object[]) => ({ type: "or", conditions });

describe("neverHold", () => {
  it.each([
    ["one attribute with two values", [attribute("plan", "equals", "pro"), attribute("plan", "equals", "free")]],
    ["a value and none", [attribute("plan", "equals", "pro"), attribute("plan", "not-exists")]],
    ["a value and not it", [attribute("a.b", "equals", "pro"), attribute("a.b", "not-equals", "pro")]],
    ["a value outside a list", [attribute("plan", "equals", "pro"), attribute("plan", "one-of", ["free", "trial"])]],
    [
      "every value of a list left out",
      [attribute("p", "one-of", ["a", "b"]), attribute("p", "not-equals", "a"), attribute("p", "none-of", ["b", "c"])],
    ],
    ["numbers apart", [attribute("n", "at-least", 5), attribute("n", "less-than", 5)]],
    ["a number out of bounds", [attribute("n", "equals", "7"), attribute("n", "between", [1, 6])]],
    ["numbers apart by negation", [attribute("n", "at-least", 5), not(attribute("n", "greater-than", 4))]],
    ["dates apart", [attribute("d", "before", "2026-01-01"), attribute("d", "after", "2026-06-01")]],
    ["a prefix it has not", [attribute("p", "equals", "abc"), attribute("p", "starts-with", "b")]],
    ["held for long and otherwise", [attribute("p", "equals", "a", { for: "P1D" }), attribute("p", "equals", "b")]],
    ["count at-least 3 and at-most 1", [event("at-least", 3), event("at-most", 1)]],
    ["exactly 2 and not exactly 2", [event("exactly", 2), not(event("exactly", 2))]],
    ["less than none", [event("less-than", 0)]],
    ["a tag and not the tag", [{ type: "tag", tag: "x" }, not({ type: "tag", tag: "x" })]],
    ["not everyone", [not({ type: "everyone" })]],
    ["either way wrong", [or(and(event("at-least", 1), event("exactly", 0)), not({ type: "everyone" }))]],
    [
      "a choice both of which are excluded",
      [or({ type: "tag", tag: "x" }, { type: "tag", tag: "y" }), not(or({ type: "tag", tag: "y" }, { type: "tag", tag: "x" }))],
    ],
  ])("finds %s", (_name, conditions) => {
    expect(never(...conditions)).toBe(true);
  });

  it.each([
    ["elements of a list", [attribute("items.sku", "equals", "a"), attribute("items.sku", "equals", "b")]],
    ["a number and its text", [attribute("n", "equals", 5), attribute("n", "equals", "5")]],
    ["other letters", [attribute("p", "equals", "A", { ignoreCase: true }), attribute("p", "equals", "a")]],
    ["counts in different windows", [event("at-least", 3), event("at-most", 1, { within: "P1D" })]],
    ["counts of different events", [event("at-least", 3), event("exactly", 0, { where: [{ path: "properties.x", operator: "exists" }] })]],
    ["not having held for long", [attribute("p", "equals", "a"), not(attribute("p", "equals", "a", { for: "P1D" }))]],
    ["absence and a negation", [attribute("n", "not-equals", 5), attribute("n", "not-exists")]],
    ["bounds that touch", [attribute("n", "at-least", 5), attribute("n", "at-most", 5)]],
  ])("says nothing of %s", (_name, conditions) => {
    expect(never(...conditions)).toBe(false);
  });

  it("keeps apart counts from different beginnings", () => {
    const [a, b] = [event("at-least", 1), event("exactly", 0)].map((condition) => conditionSchema.parse(condition));
    if (a === undefined || b === undefined) throw new Error("expected both");
    expect(
      neverHold([
        { condition: a, since: "ever" },
        { condition: b, since: "entry" },
      ]),
    ).toBe(false);
    expect(
      neverHold([
        { condition: a, since: "entry" },
        { condition: b, since: "entry" },
      ]),
    ).toBe(true);
  });

  it("gives up, without a claim, on what has too many ways", () => {
    const many = Array.from({ length: 12 }, (_, index) => or({ type: "tag", tag: `a${index}` }, { type: "tag", tag: `b${index}` }));
    expect(never(...many, not({ type: "everyone" }))).toBe(false);
  });

  it("never a false alarm: what it calls impossible is false of every user", () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(anyCondition, { minLength: 1, maxLength: 3 }),
        fc.array(anyUser, { minLength: 5, maxLength: 12 }),
        (conditions, users) => {
          if (!never(...conditions)) return;
          found++;
          for (const user of users) expect(conditions.every((condition) => isTrue(conditionSchema.parse(condition), user))).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

const path = fc.constantFrom("p", "q", "o.x");
const values: readonly Json[] = [
  "a",
  "A",
  "ab",
  5,
  "5",
  4,
  "2026-03-01",
  true,
  ["a", "b"],
  [{ x: "a" }, { x: 5 }],
  { x: "a" },
  { x: ["b"] },
];
const plain = fc.constantFrom("a", "A", "ab", 5, "5", 4, true);
const number = fc.constantFrom(3, 4, 5, "5");
const date = fc.constantFrom("2026-02-01", "2026-03-01", "2026-04-01");
const filter = fc.oneof(
  fc
    .tuple(path, fc.constantFrom("equals", "not-equals"), plain, fc.boolean())
    .map(([at, operator, value, ignoreCase]) => attribute(at, operator, value, { ignoreCase })),
  fc
    .tuple(path, fc.constantFrom("one-of", "none-of"), fc.array(plain, { minLength: 1, maxLength: 3 }))
    .map(([at, operator, list]) => attribute(at, operator, list)),
  fc.tuple(path, fc.constantFrom("exists", "not-exists")).map(([at, operator]) => attribute(at, operator)),
  fc
    .tuple(path, fc.constantFrom("at-least", "greater-than", "at-most", "less-than"), number)
    .map(([at, operator, value]) => attribute(at, operator, value)),
  fc.tuple(path, fc.constantFrom("before", "after"), date).map(([at, operator, value]) => attribute(at, operator, value)),
  fc
    .tuple(path, fc.constantFrom("starts-with", "contains", "not-contains"), fc.constantFrom("a", "b", "5"))
    .map(([at, operator, value]) => attribute(at, operator, value)),
  fc.tuple(path, fc.constantFrom([3, 4], [4, 5], ["2026-02-15", "2026-03-15"])).map(([at, bounds]) => attribute(at, "between", bounds)),
);
const counting = fc
  .tuple(
    fc.constantFrom("at-least", "exactly", "at-most", "less-than", "greater-than"),
    fc.nat({ max: 3 }),
    fc.constantFrom({}, { within: "P1D" }, { where: [{ path: "properties.x", operator: "exists" }] }),
  )
  .map(([operator, value, more]) => event(operator, value, more));
const { anyCondition } = fc.letrec<{ anyCondition: object }>((tie) => ({
  anyCondition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    filter,
    counting,
    fc.constantFrom("x", "y").map((tag) => ({ type: "tag", tag })),
    fc.constant({ type: "everyone" }),
    tie("anyCondition").map(not),
    fc.array(tie("anyCondition"), { minLength: 1, maxLength: 3 }).map((all) => and(...all)),
    fc.array(tie("anyCondition"), { minLength: 1, maxLength: 3 }).map((all) => or(...all)),
  ),
}));
const anyUser = fc.record({
  p: fc.option(fc.constantFrom(...values), { nil: undefined }),
  q: fc.option(fc.constantFrom(...values), { nil: undefined }),
  o: fc.option(fc.constantFrom(...values), { nil: undefined }),
  tags: fc.subarray(["x", "y"]),
  events: fc.array(fc.record({ ago: fc.integer({ min: 0, max: 3 }), x: fc.boolean() }), { maxLength: 4 }),
});
type AnyUser = typeof anyUser extends fc.Arbitrary<infer User> ? User : never;

const empty = compileCatalog({
  workspace: "w",
  version: 1,
  timezone: "UTC",
  name: "W",
  segments: [],
  journeys: [],
  templates: [],
  providers: [],
});

const isTrue = (condition: ConditionJson, { tags, events, ...attributes }: AnyUser): boolean => {
  const compiled = compileCondition(condition, { path: "condition", inJourney: true, timezone: "UTC" });
  const history = new MemoryHistory();
  const tallies = new Map(compiled.tallies.map((tally) => [tally.id, tally]));
  const catalog = { ...empty, tallies, talliesByName: nameIndex([...tallies.values()].map((tally) => [tally.name, tally] as const)) };
  for (const { ago, x } of events) {
    const one = track("A", START - ago * DAY, { properties: x ? { x: 1 } : {} });
    if (history.append(one)) recordMatches(one, { catalog, history });
  }
  const user = newUser("w", "u:1", START);
  const state: UserState = {
    ...user,
    profile: {
      ...user.profile,
      attributes: Object.fromEntries(
        Object.entries(attributes).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, { value, order: [START, START, 0] as const }]],
        ),
      ),
      tags: Object.fromEntries(tags.map((tag) => [tag, START])),
    },
  };
  return compiled.evaluate({ state, history, now: START, since: "ever" }).value;
};
