import { describe, expect, it } from "vitest";
import { journeySchema } from "./journey.ts";
import { lintJourney } from "./lint.ts";

const known = {
  templates: new Map([
    ["hello", { channel: "email" as const }],
    ["text", { channel: "sms" as const }],
  ]),
  segments: new Set(["vip"]),
  providers: new Map([["outbox", { channel: "email" as const }]]),
};
const lint = (fields: object) =>
  lintJourney(
    journeySchema.parse({
      key: "j",
      name: "J",
      trigger: { type: "event", event: "Go" },
      frequency: { type: "once" },
      start: "a",
      steps: { a: { type: "exit" } },
      ...fields,
    }),
    known,
  );
const send = (more: object = {}) => ({ type: "send", channel: "email", template: "hello", ...more });

describe("lintJourney", () => {
  it("finds nothing wrong with a sound journey, cycles through a wait included", () => {
    expect(
      lint({
        steps: { a: send({ next: "b", provider: "outbox" }), b: { type: "wait", for: "PT1M", next: "a" } },
        exit: { type: "segment", segment: "vip" },
      }),
    ).toEqual([]);
  });

  it.each([
    ["a missing start", { start: "b" }, "start", 'there is no step "b"'],
    ["a next that is missing", { steps: { a: send({ next: "b" }) } }, "steps.a.next", 'there is no step "b"'],
    [
      "an onFailure step that is missing",
      { steps: { a: send({ onFailure: { step: "b" } }) } },
      "steps.a.onFailure.step",
      'there is no step "b"',
    ],
    [
      "a branch's path that leads nowhere",
      { steps: { a: { type: "branch", paths: [{ condition: { type: "everyone" }, next: "b" }] } } },
      "steps.a.paths[0].next",
      'there is no step "b"',
    ],
    ["a step no path leads to", { steps: { a: { type: "exit" }, b: { type: "exit" } } }, "steps.b", "no path leads"],
    [
      "a cycle without a wait",
      { steps: { a: { type: "tag", add: ["x"], next: "b" }, b: { type: "tag", remove: ["x"], next: "a" } } },
      "steps.a",
      "cycle",
    ],
    ["a cycle through a send alone: a skipped one takes no time", { steps: { a: send({ next: "a" }) } }, "steps.a", "cycle"],
    ["a cycle through a wait of seconds", { steps: { a: { type: "wait", for: "PT59S", next: "a" } } }, "steps.a", "cycle"],
    ["an unknown template", { steps: { a: send({ template: "bye" }) } }, "steps.a.template", 'no template "bye"'],
    ["a template of another channel", { steps: { a: send({ template: "text" }) } }, "steps.a.template", "is for sms"],
    ["an unknown provider", { steps: { a: send({ provider: "x" }) } }, "steps.a.provider", 'no provider "x"'],
    [
      "an unknown segment of the trigger",
      { trigger: { type: "segment", segment: "x", change: "enter" } },
      "trigger.segment",
      'no segment "x"',
    ],
    [
      "an unknown segment deep in a condition",
      { audience: { type: "and", conditions: [{ type: "not", condition: { type: "segment", segment: "x" } }] } },
      "audience.conditions[0].condition.segment",
      'no segment "x"',
    ],
    [
      "an unknown segment in a goal",
      { goals: [{ key: "g", name: "G", condition: { type: "segment", segment: "x" } }] },
      "goals[0].condition.segment",
      'no segment "x"',
    ],
    [
      "a restart of runs side by side",
      { trigger: { type: "event", event: "Go", onRetrigger: "restart" }, frequency: { type: "every-time" } },
      "trigger.onRetrigger",
      "side by side",
    ],
  ])("finds %s", (_name, fields, path, message) => {
    const problems = lint(fields);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.message).toContain(message);
  });
});
