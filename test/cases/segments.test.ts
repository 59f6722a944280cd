import { describe, expect, it } from "vitest";
import attributes from "./attributes.json" with { type: "json" };
import { conditionOf, linesOf, ruleCondition, segmentOf, topicKey, type Asked, type Given, type Many, type Rule } from "./neutral.ts";
import { membersOf, playCase } from "./play-case.ts";
import rules from "./rules.json" with { type: "json" };
import segments from "./segments.json" with { type: "json" };
import { deviations } from "./deviations.ts";

interface Expected {
  readonly t: number;
  readonly in?: readonly string[];
  readonly out?: readonly string[];
  readonly count?: number;
}

const seconds = (t: number): string => `PT${t / 1_000}S`;

describe("segments of other systems", () => {
  it.each(segments.filter(({ id }) => id !== "df-022" && id !== "df-055"))("$id", ({ id: _id, given, segment, expected }) => {
    const asked = segment as Asked; // the file's neutral form
    const lines = linesOf(given as readonly (Given | Many)[]);
    const topics =
      asked.subscription_group === undefined
        ? []
        : [
            {
              key: topicKey(asked.subscription_group),
              name: "T",
              channels: ["email"],
              default: asked.kind === "opt_in" ? "opted-out" : "opted-in",
            },
          ];
    for (const { t, in: inside, out, count } of expected as readonly Expected[]) {
      const played = playCase({
        definitions: { segments: [segmentOf(asked)], topics },
        script: lines.filter((line) => (line as { at: string }).at !== ""),
        until: seconds(t),
      });
      const members = membersOf(played, "asked");
      if (inside !== undefined) expect(members, `at ${t}`).toEqual(inside.toSorted());
      for (const user of out ?? []) expect(members, `at ${t}`).not.toContain(user);
      if (count !== undefined) expect(members).toHaveLength(count);
    }
  });

  it("df-022: a segment published later takes in who was there before", () => {
    const asked: Asked = { trait: "env", op: "equals", value: "test" };
    const script = [
      { at: "-PT0.1S", type: "identify", userId: "user-1", traits: { env: "test" } },
      { at: "PT1S", type: "publish", segment: segmentOf(asked) },
      { at: "PT1.9S", type: "identify", userId: "user-1", traits: { env: "does not match" } },
    ];
    expect(membersOf(playCase({ script, until: "PT1S" }), "asked")).toEqual(["user-1"]);
    expect(membersOf(playCase({ script, until: "PT2S" }), "asked")).toEqual([]);
  });

  it("df-055: two ranges of one number", () => {
    const script = [
      { at: "-PT0.1S", type: "track", userId: "user-1", event: "test", properties: { age: 18 } },
      { at: "-PT0.1S", type: "track", userId: "user-2", event: "test", properties: { age: 22 } },
    ];
    const range = (key: string, op: string) => ({
      key,
      name: key,
      kind: "dynamic",
      condition: conditionOf({ event: "test", count: { op: ">=", n: 1 }, where: [{ path: "age", op, value: 20 }] }),
    });
    const played = playCase({ definitions: { segments: [range("a", "gte"), range("b", "lt")] }, script, until: "PT0S" });
    expect([membersOf(played, "a"), membersOf(played, "b")]).toEqual([["user-2"], ["user-1"]]);
  });
});

describe("attributes of other systems", () => {
  it.each(attributes)("$id", ({ given, attribute: [from, name], expected }) => {
    for (const { t, properties } of expected) {
      const { users } = playCase({ script: linesOf(given as readonly Given[]), until: seconds(t) });
      expect(users[0]?.attributes[from ?? ""]).toEqual((properties as Record<string, unknown>)[name ?? ""]);
    }
  });
});

/** A rule's events lie before the start, its fields are those of an identify. */
const truthOf = (
  given: { readonly user?: object; readonly events?: readonly object[]; readonly stored_event_results?: object },
  rule: Rule,
): boolean => {
  const events = given.events ?? Object.keys(given.stored_event_results ?? {}).map((name) => ({ name }));
  const script = [
    { at: "-PT1S", type: "identify", userId: "u", traits: given.user ?? {} },
    ...events.map((event) => {
      const { name, ...properties } = event as { readonly name: string };
      return { at: "-PT1S", type: "track", userId: "u", event: name, properties };
    }),
  ];
  const played = playCase({
    definitions: { segments: [{ key: "asked", name: "Asked", kind: "dynamic", condition: ruleCondition(rule) }] },
    script,
    until: "PT0S",
  });
  return membersOf(played, "asked").length === 1;
};

describe("rules of other systems", () => {
  it.each(rules)("$id", ({ id, given, rule, expected }) => {
    const asked = rule as Rule; // the file's neutral form
    const wanted: unknown = Object.hasOwn(deviations, id) ? deviations[id]?.instead : expected;
    if (typeof wanted !== "boolean") return expect(() => truthOf(given, asked)).toThrow();
    expect(truthOf(given, asked)).toBe(wanted);
  });

  it("pv-004: a date within the last month, asked relative to now", () => {
    expect(truthOf({ user: { createdAt: "2026-01-04T08:00:00Z" } }, { kind: "attribute", path: "createdAt", op: ">", value: 0 })).toBe(
      false,
    );
    const segment = {
      key: "asked",
      name: "Asked",
      kind: "dynamic",
      condition: { type: "attribute", path: "createdAt", operator: "within-last", value: "P30D" },
    };
    const script = [{ at: "-P1D", type: "identify", userId: "u", traits: { createdAt: "2026-01-04T08:00:00Z" } }];
    expect(membersOf(playCase({ definitions: { segments: [segment] }, script, until: "PT0S" }), "asked")).toEqual(["u"]);
  });

  const truth = (value: boolean): Rule => ({ kind: "attribute", type: "number", path: "age", op: "=", value: value ? 30 : 31 });
  const lists = [
    [true, true],
    [true, false],
    [false, false],
  ];
  it.each([
    ["pv-024", "and", [true, false, false]],
    ["pv-025", "or", [true, true, false]],
    ["pv-026", "none", [false, false, true]],
  ] as const)("%s: %s, and the empty list is refused", (_id, op, expected) => {
    const ask = (values: readonly boolean[]): boolean => {
      const truthOfAny = truthOf({ user: { age: 30 } }, { op: op === "none" ? "or" : op, children: values.map(truth) });
      return op === "none" ? !truthOfAny : truthOfAny;
    };
    expect(lists.map(ask)).toEqual(expected);
    expect(() => ask([])).toThrow();
  });

  it("pv-027: a group of conditions without its list is refused", () => {
    expect(() => truthOf({ user: { age: 30 } }, { op: "or" })).toThrow();
  });
});
