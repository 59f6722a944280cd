import { describe, expect, it } from "vitest";
import type { RenderScope } from "../message/message.ts";
import { Budget, limits } from "./budget.ts";
import { evaluateSource, Unprintable } from "./liquid.ts";

const scope: RenderScope = {
  user: { age: 41, name: "Ada", vip: true, zip: "01067", none: null, tags: ["a", "b"], home: { city: "Köln" }, big: "x".repeat(300_000) },
  trigger: null,
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: {},
};
const evaluate = (source: string) =>
  evaluateSource(
    { owner: {}, path: "set.a", source, mode: "text" },
    { scope, now: Date.UTC(2026, 0, 5), locale: "en", lenient: false, budget: new Budget() },
  );

describe("evaluateSource", () => {
  it.each([
    ["{{ user.age }}", 41],
    ["{{user.age}}", 41],
    ["{{- user.age -}}", 41],
    ["{{ user.age | plus: 1 }}", 42],
    ["{{ user.vip }}", true],
    ["{{ user.zip }}", "01067"],
    ["{{ user.tags }}", ["a", "b"]],
    ["{{ user.home }}", { city: "Köln" }],
    ["{{ user.none | default: nil }}", null],
    ["{{ user.missing | default: 7 }}", 7],
    ["{{ user.name | upcase }}", "ADA"],
    ['{{ "now" | date: "%Y" }}', "2026"],
    ["{{ '}}' }}", "}}"],
  ])("%s keeps its type", (source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  it.each([
    [" {{ user.age }}", " 41"],
    ["{{ user.age }}{{ user.age }}", "4141"],
    ["{% if user.vip %}{{ user.age }}{% endif %}", "41"],
    ["{{ user.home }} ", '{"city":"Köln"} '],
    ["5", "5"],
  ])("%s is text", (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  it.each([
    ["{{ user.missing }}", "missing variable user.missing in set.a"],
    ["{{ user.none }}", "missing variable user.none"],
    ["{{ 1 | divided_by: 0 }}", "set.a"],
    ["{{ user.name | nosuchfilter }}", "nosuchfilter"],
    ["{{ user.big | append: user.big }}", `larger than ${limits.outputBytes / 1024} KB`],
  ])("%s cannot be printed, and says why", (source, said) => {
    expect(() => evaluate(source)).toThrow(Unprintable);
    expect(() => evaluate(source)).toThrow(said);
  });
});
