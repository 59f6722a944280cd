import { describe, expect, it } from "vitest";
import * as z from "zod";
import { compileCatalog } from "../catalog/compile.ts";
import { conditionTypes } from "./conditions/all.ts";
import { readyMadeSegments } from "./ready-made.ts";
import { segmentSchema } from "./segment.ts";

const problems = (definition: unknown): readonly string[] =>
  (segmentSchema.safeParse(definition).error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
const withCondition = (condition: unknown): unknown => ({ key: "k", name: "K", kind: "dynamic", condition });

describe("segmentSchema", () => {
  it("accepts every condition type, nested freely", () => {
    const condition = {
      type: "and",
      conditions: [
        { type: "everyone" },
        {
          type: "not",
          condition: {
            type: "or",
            conditions: [
              { type: "tag", tag: "vip" },
              { type: "segment", segment: "other" },
            ],
          },
        },
        { type: "attribute", path: "plan", operator: "equals", value: "pro", for: "P7D" },
        {
          type: "event",
          event: "Order*",
          where: [{ path: "properties.total", operator: "at-least", value: 20 }],
          count: { operator: "exactly", value: 2 },
          within: "P7D",
        },
        { type: "event", event: "A", between: ["2026-01-01", "2026-02-01T00:00:00Z"] },
      ],
    };
    expect(segmentSchema.parse(withCondition(condition))).toEqual(withCondition(condition));
  });

  it.each([
    [
      "an unknown key of the segment",
      { key: "k", name: "K", kind: "dynamic", condition: { type: "everyone" }, colour: 1 },
      'Unrecognized key: "colour"',
    ],
    [
      "an unknown key of a nested condition",
      withCondition({ type: "not", condition: { type: "everyone", x: 1 } }),
      'condition.condition: Unrecognized key: "x"',
    ],
    ["a type that is not built", withCondition({ type: "horoscope" }), "Unknown condition type; there are and, or, not"],
    ["a manual segment with a condition", { key: "k", name: "K", kind: "manual", condition: { type: "everyone" } }, '"condition"'],
    ["a kind there is not", { key: "k", name: "K", kind: "fluid" }, 'kind must be "dynamic" or "manual"'],
    ["a bad key", { key: "Big Key", name: "K", kind: "dynamic", condition: { type: "everyone" } }, "key:"],
    ["months in a window", withCondition({ type: "event", event: "A", within: "P1M" }), "Months and years"],
    ["two periods", withCondition({ type: "event", event: "A", within: "P1D", before: "2026-01-01" }), "Only one of within, between"],
    ["a path that is none", withCondition({ type: "attribute", path: "a b", operator: "exists" }), "condition.path: A path is dotted"],
    [
      "an event path that starts nowhere",
      withCondition({ type: "event", event: "A", where: [{ path: "price", operator: "exists" }] }),
      "condition.where.0.path: A path on an event starts",
    ],
    [
      "`for` beside an operator over time",
      withCondition({ type: "attribute", path: "a", operator: "within-last", value: "P1D", for: "P1D" }),
      'condition.for: "for" does not go',
    ],
    [
      "a value of the wrong kind",
      withCondition({ type: "attribute", path: "a", operator: "at-least", value: "many" }),
      "The value must be a number",
    ],
    [
      "a value where none belongs",
      withCondition({ type: "attribute", path: "a", operator: "exists", value: 1 }),
      'Unrecognized key: "value"',
    ],
    [
      "an unknown operator",
      withCondition({ type: "attribute", path: "a", operator: "resembles", value: 1 }),
      "condition.operator: Invalid discriminator value. Expected 'equals'",
    ],
    [
      "a message of nothing",
      withCondition({ type: "message", status: "sent" }),
      'condition.template: say which messages: either "template"',
    ],
    ["messages of a broadcast", withCondition({ type: "message", broadcast: "spring", status: "sent" }), 'Unrecognized key: "broadcast"'],
    ["a status before sent", withCondition({ type: "message", template: "t", status: "queued" }), "condition.status:"],
    ["a sequence of one", withCondition({ type: "sequence", steps: [{ event: "A" }] }), "condition.steps:"],
    [
      "a count inside a sequence",
      withCondition({ type: "sequence", steps: [{ event: "A" }, { event: "B", count: { operator: "exactly", value: 2 } }] }),
      'condition.steps.1: Unrecognized key: "count"',
    ],
    ["a subscription to nothing", withCondition({ type: "subscription", state: "opted-in" }), "condition.topic: say which subscription"],
    [
      "half a value in a number of different ones",
      withCondition({ type: "aggregate", event: "A", function: "distinct", path: "properties.v", operator: "at-least", value: 1.5 }),
      "condition.value: Distinct values are counted",
    ],
    [
      "text to compare a sum with",
      withCondition({ type: "aggregate", event: "A", function: "sum", path: "properties.v", operator: "at-least", value: "many" }),
      "condition.value:",
    ],
    ["a newest event without a question", withCondition({ type: "last-event", event: "A", has: [] }), "condition.has:"],
    ["more than all", withCondition({ type: "random", percent: 101 }), "condition.percent:"],
    ["an unknown channel", withCondition({ type: "reachable", channel: "pigeon" }), "condition.channel:"],
    ["an empty and", withCondition({ type: "and", conditions: [] }), "condition.conditions:"],
  ])("refuses %s and says where", (_, definition, message) => {
    expect(problems(definition).join("\n")).toContain(message);
  });

  it("refuses nesting that would overflow a stack", () => {
    let condition: unknown = { type: "everyone" };
    for (let depth = 0; depth < 50_000; depth++) condition = { type: "not", condition };
    expect(problems(withCondition(condition))).toEqual(["condition: Conditions are nested more than 20 deep"]);
  });

  it("describes itself as JSON Schema with all condition types", () => {
    const schema = JSON.stringify(z.toJSONSchema(segmentSchema));
    for (const { type } of conditionTypes) expect(schema).toContain(`"const":"${type}"`);
  });
});

describe("readyMadeSegments", () => {
  it("pass their own schema and compile", () => {
    for (const segment of readyMadeSegments) expect(problems(segment)).toEqual([]);
    expect(
      compileCatalog({
        workspace: "w",
        version: 1,
        timezone: "UTC",
        name: "W",
        segments: readyMadeSegments,
        journeys: [],
        templates: [],
        providers: [],
      }).segmentOrder,
    ).toHaveLength(8);
  });
});
