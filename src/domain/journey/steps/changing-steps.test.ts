import { describe, expect, it } from "vitest";
import { journeySchema } from "../journey.ts";
import { lintJourney } from "../lint.ts";

const journey = (step: object) => ({
  key: "j",
  name: "J",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "once" },
  start: "one",
  steps: { one: step, end: { type: "exit" } },
});
const problemsOf = (step: object): readonly string[] =>
  (journeySchema.safeParse(journey({ next: "end", ...step })).error?.issues ?? []).map(
    (issue) => `${issue.path.join(".")}: ${issue.message}`,
  );

const update = { type: "update" };
const webhook = { type: "webhook", url: "https://a.example" };
const throttle = { type: "throttle", count: 3, per: "PT1H" };

describe("steps that change and ask", () => {
  it.each([
    { ...update, set: { a: 1, "b.c": null, '["first name"]': "x" } },
    { ...update, increment: { n: -0.5, m: "{{ trigger.properties.n }}" } },
    { ...update, unset: ["a.b"] },
    { type: "segment", add: ["vip"], remove: ["new"] },
    { type: "event", event: "Done", properties: { a: [{ b: "{{ user.x }}" }], n: null } },
    { type: "event", name: "Done" },
    { type: "enter", journey: "other", properties: {} },
    { ...webhook, method: "GET", save: { "variables.x": "a[0].b", "address.city": "c" }, timeout: "PT1S" },
    { ...webhook, url: "{{ user.hook }}", headers: { "X-A": "b" }, body: "{}", onFailure: { step: "end" }, timeout: "PT1H" },
    { ...throttle, scope: "workspace", count: 10_000, otherwise: { step: "end" }, key: "k-{{ user.id }}" },
    { ...throttle, scope: "user", count: 50, otherwise: "queue" },
  ])("are taken as the language has them %#", (step) => {
    expect(problemsOf(step)).toEqual([]);
  });

  it.each([
    ["an update of nothing", update, "needs `set`, `increment` or `unset`"],
    ["a place in a list", { ...update, set: { "items[0]": 1 } }, "names only"],
    ["no path at all", { ...update, unset: ["a..b"] }, "names only"],
    ["Liquid that does not parse, deep inside", { ...update, set: { a: { b: ["{{ x "] } } }, "set.a.b.0"],
    ["an unknown filter", { ...update, increment: { a: "{{ 1 | twice }}" } }, "twice"],
    ["too deep a value", { ...update, set: { a: [[[[[[[[[[[1]]]]]]]]]]] } }, "levels deep"],
    ["too large a value", { ...update, set: { a: "x".repeat(20_000) } }, "at most 16 KB"],
    ["a segment step that does nothing", { type: "segment" }, "needs `add` or `remove`"],
    ["an event without a name", { type: "event", properties: {} }, "event"],
    ["an entry of no journey", { type: "enter" }, "journey"],
    ["a body of a GET", { ...webhook, method: "GET", body: "x" }, "a GET has no body"],
    ["an address that is none", { ...webhook, url: "shop.example" }, "https://"],
    ["a header of the platform's", { ...webhook, headers: { "Idempotency-Key": "x" } }, "set by the platform"],
    ["a time-out of less than a second", { ...webhook, timeout: "PT0.5S" }, "between PT1S and PT1H"],
    ["a time-out of more than an hour", { ...webhook, timeout: "P1D" }, "between PT1S and PT1H"],
    ["a time-out that is no duration", { ...webhook, timeout: "soon" }, "timeout"],
    ["a variable with a path", { ...webhook, save: { "variables.a.b": "x" } }, "a variable is"],
    ["a path of the answer that is none", { ...webhook, save: { a: "x..y" } }, "save.a"],
    ["more passes per user than are kept", { ...throttle, count: 51 }, "at most 50"],
    ["months as a window", { ...throttle, per: "P1M" }, "per"],
    ["an unknown field", { ...throttle, colour: "red" }, "colour"],
  ])("%s is refused, with the place", (_name, step, said) => {
    expect(problemsOf(step).join("\n")).toContain(said);
  });

  it("their ways out and what they name are checked", () => {
    const known = { templates: new Map(), segments: new Set<string>() };
    const lint = (step: object) => lintJourney(journeySchema.parse(journey(step)), known).map(({ path }) => path);
    expect(lint({ ...webhook, next: "end", onFailure: { step: "gone" } })).toContain("steps.one.onFailure.step");
    expect(lint({ ...throttle, next: "end", otherwise: { step: "gone" } })).toContain("steps.one.otherwise.step");
    expect(lint({ type: "segment", add: ["gone"], next: "end" })).toContain("steps.one.add[0]");
    expect(lint({ ...update, set: { a: 1 }, next: "one" })).toContain("steps.one");
  });
});
