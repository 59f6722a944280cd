import { describe, expect, it } from "vitest";
import { stepScope } from "./step-scope.test-suite.ts";
import { journeySchema, stepTypeOf } from "./journey.ts";

const journey = (fields: object = {}) => ({
  key: "welcome",
  name: "Welcome",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "once" },
  start: "end",
  steps: { end: { type: "exit" } },
  ...fields,
});
const step = (one: object) => journey({ steps: { end: one } });
const problemsOf = (value: unknown): readonly string[] =>
  (journeySchema.safeParse(value).error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`);

describe("journeySchema", () => {
  it.each([
    journey(),
    journey({
      trigger: {
        type: "event",
        event: "Cart*",
        where: [{ path: "properties.price", operator: "at-least", value: 20 }],
        key: "properties.cart_id",
        onRetrigger: "restart",
      },
    }),
    journey({ trigger: { type: "segment", segment: "vip", change: "enter", includeCurrent: true } }),
    journey({ frequency: { type: "interval", every: "P30D", limit: { count: 3, per: "P365D" } } }),
    journey({
      audience: { type: "everyone" },
      exit: { type: "tag", tag: "x" },
      goals: [{ key: "g", name: "G", condition: { type: "everyone" }, within: "P7D" }],
    }),
    step({
      type: "send",
      channel: "email",
      template: "hello",
      topic: "offers",
      transactional: true,
      provider: "resend",
      onFailure: { step: "end" },
    }),
    step({ type: "wait", for: "P5Y", next: "end", name: "Long", position: { x: 1, y: -2.5 } }),
    step({ type: "branch", paths: [{ name: "A", condition: { type: "everyone" }, next: "end" }], otherwise: "end" }),
    step({ type: "tag", add: ["x"], remove: ["y"] }),
  ])("takes what the language has %#", (value) => {
    expect(problemsOf(value)).toEqual([]);
  });

  it.each([
    ["an unknown field", journey({ colour: "red" }), "colour"],
    ["an unknown field of a step", step({ type: "exit", colour: "red" }), "colour"],
    ["a step type that does not exist", step({ type: "jump" }), "steps.end.type"],
    [
      "shares that do not make a hundred",
      step({
        type: "split",
        paths: [
          { percent: 50, next: "end" },
          { percent: 49, next: "end" },
        ],
      }),
      "steps.end.paths",
    ],
    ["a trigger that does not exist", journey({ trigger: { type: "weather" } }), "trigger.type"],
    ["a wait until no time of day", step({ type: "wait", until: { time: "24:00" } }), "steps.end.until.time"],
    ["a zone beside a date", step({ type: "wait", until: { attribute: "ends", zone: "UTC" } }), "steps.end.until.zone"],
    ["variants, which are not built", step({ type: "send", channel: "email", template: "a", variants: [] }), "variants"],
    ["a channel without providers", step({ type: "send", channel: "in-app", template: "a" }), "channel"],
    ["a wait of less than a second", step({ type: "wait", for: "PT0S" }), "between PT1S and P5Y"],
    ["a wait of more than five years", step({ type: "wait", for: "P6Y" }), "between PT1S and P5Y"],
    ["a tag step that does nothing", step({ type: "tag" }), "`add` or `remove`"],
    [
      "includeCurrent on leaving",
      journey({ trigger: { type: "segment", segment: "vip", change: "leave", includeCurrent: true } }),
      "includeCurrent",
    ],
    ["a key that is none", journey({ key: "Welcome!" }), "key"],
    ["a step key that every object has", journey({ start: "constructor", steps: { constructor: { type: "exit" } } }), "constructor"],
    ["two goals of one key", journey({ goals: [1, 2].map(() => ({ key: "g", name: "G", condition: { type: "everyone" } })) }), "two goals"],
    ["months in an interval", journey({ frequency: { type: "interval", every: "P1M" } }), "frequency.every"],
    [
      "more steps than a journey may have",
      journey({ steps: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`s${index}`, { type: "exit" }])) }),
      "at most 200",
    ],
  ])("refuses %s and says where", (_name, value, said) => {
    const problems = problemsOf(value);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join("\n")).toContain(said);
  });

  it("lets months pass as a wait that takes time", () => {
    const { steps } = journeySchema.parse(step({ type: "wait", for: "P1M" }));
    const wait = steps["end"];
    if (wait === undefined) throw new Error("expected the step");
    expect(stepTypeOf(wait).takesTime?.(wait)).toBe(true);
    expect(stepTypeOf(wait).dueAt?.(wait, Date.UTC(2026, 0, 31), stepScope())).toBe(Date.UTC(2026, 1, 28));
  });
});
