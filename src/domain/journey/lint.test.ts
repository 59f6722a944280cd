import { describe, expect, it } from "vitest";
import { journeySchema } from "./journey.ts";
import { lintJourney } from "./lint.ts";
import type { KnownDefinitions } from "./lint-problem.ts";

const known: KnownDefinitions = {
  templates: new Map([
    ["hello", { channel: "email" as const }],
    ["loud", { channel: "email" as const, hasNoWayOut: true }],
    ["text", { channel: "sms" as const }],
  ]),
  segments: new Set(["vip", "staff"]),
  manualSegments: new Set(["staff"]),
  providers: new Map([
    ["outbox", { channel: "email" as const, default: true, reports: [] }],
    ["mail", { channel: "email" as const, default: false, reports: ["delivered" as const, "clicked" as const] }],
  ]),
  topics: new Map([["offers", { channels: ["email" as const] }]]),
  windows: new Set(["office"]),
  journeys: new Set(["other"]),
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
const errors = (fields: object) => lint(fields).filter(({ severity }) => severity === "error");
const warnings = (fields: object) => lint(fields).filter(({ severity }) => severity === "warning");
const end = { type: "exit" };
const tag = (name: string) => ({ type: "tag", tag: name });
const attribute = (value: string) => ({ type: "attribute", path: "plan", operator: "equals", value });
const never = { type: "and", conditions: [attribute("pro"), attribute("free")] };
const send = (more: object = {}) => ({ type: "send", channel: "email", template: "hello", topic: "offers", ...more });

describe("lintJourney", () => {
  it("warns of a journey that starts itself again before a minute is over", () => {
    const every = { frequency: { type: "every-time" } };
    const again = { type: "event", event: "Go" };
    const first = (type: object, length: string) => ({ ...every, steps: { a: { type: "wait", for: length, next: "b" }, b: type } });
    expect(warnings(first(again, "PT1S"))).toMatchObject([{ path: "steps.b", message: expect.stringContaining("for ever") as string }]);
    expect(warnings(first({ type: "enter", journey: "j" }, "PT1S"))).toMatchObject([{ path: "steps.b" }]);
    expect(warnings(first(again, "PT1M"))).toEqual([]);
    expect(warnings({ ...first(again, "PT1S"), frequency: { type: "every-time", oneAtATime: true } })).toEqual([]);
  });

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
    ["an unknown window", { steps: { a: send({ window: "nights" }) } }, "steps.a.window", 'no window "nights"'],
    [
      "a dynamic segment where a manual one is asked for",
      { steps: { a: { type: "segment", add: ["vip"] } } },
      "steps.a.add[0]",
      "not a manual one",
    ],
    ["an audience that contradicts itself", { audience: never }, "audience", "nobody can ever be in it"],
    [
      "an audience that contradicts the trigger",
      { trigger: { type: "segment", segment: "vip", change: "leave" }, audience: { type: "segment", segment: "vip" } },
      "audience",
      "contradicts the trigger",
    ],
    [
      "an exit already implied by the audience",
      { audience: { type: "and", conditions: [attribute("pro"), tag("x")] }, exit: { type: "not", condition: attribute("free") } },
      "exit",
      "already true of whoever enters",
    ],
    [
      "an exit already implied by the trigger's segment",
      { trigger: { type: "segment", segment: "vip", change: "enter" }, exit: { type: "segment", segment: "vip" } },
      "exit",
      "already true of whoever enters",
    ],
    [
      "an exit already implied by the trigger's event",
      { exit: { type: "event", event: "Go", since: "ever" } },
      "exit",
      "already true of whoever enters",
    ],
    [
      "a wait-until that can never end",
      { steps: { a: { type: "wait-until", paths: [{ condition: never, next: "b" }] }, b: end } },
      "steps.a.paths",
      "never ends",
    ],
    [
      "a wait for a trigger's date where runs have no event",
      {
        trigger: { type: "segment", segment: "vip", change: "enter" },
        steps: { a: { type: "wait", until: { trigger: "properties.day" } } },
      },
      "steps.a.until.trigger",
      "never a date",
    ],
    [
      "a step that cannot be skipped",
      {
        steps: {
          a: { type: "wait", until: { attribute: "day", past: "skip-next" }, next: "b" },
          b: { type: "branch", paths: [{ condition: tag("x"), next: "c" }] },
          c: end,
        },
      },
      "steps.a.until.past",
      "cannot be skipped",
    ],
    [
      "a message-status of a step that is never before it",
      {
        steps: {
          a: {
            type: "split",
            paths: [
              { percent: 50, next: "b" },
              { percent: 50, next: "c" },
            ],
          },
          b: send(),
          c: { type: "message-status", of: "b", paths: [{ status: "sent", next: "d" }], within: "P1D" },
          d: end,
        },
      },
      "steps.c.of",
      "no path leads",
    ],
    [
      "a message-status of a step that sends nothing",
      {
        steps: {
          a: { type: "wait", for: "PT1H", next: "c" },
          c: { type: "message-status", of: "a", paths: [{ status: "sent", next: "d" }] },
          d: end,
        },
      },
      "steps.c.of",
      "sends no message",
    ],
    [
      "a message-status of no step at all",
      { steps: { a: { type: "message-status", of: "x", paths: [{ status: "sent", next: "d" }] }, d: end } },
      "steps.a.of",
      'no step "x"',
    ],
    [
      "an A/B winner by goal without a goal",
      { steps: { a: send({ variants: [{ template: "hello", percent: 50 }], winner: { metric: "goal", after: "P1D", minimum: 10 } }) } },
      "steps.a.winner.metric",
      "no goal",
    ],
    [
      "a cycle through a date that may be past",
      { steps: { a: { type: "wait", until: { attribute: "day" }, next: "a" } } },
      "steps.a",
      "cycle",
    ],
    [
      "a cycle whose wait is skipped",
      {
        steps: {
          a: { type: "wait", until: { attribute: "day", past: "skip-next" }, next: "b" },
          b: { type: "wait", for: "P1D", next: "a" },
        },
      },
      "steps.a",
      "cycle",
    ],
    [
      "a cycle through a wait-until whose path may be true at once",
      { steps: { a: { type: "wait-until", paths: [{ condition: tag("x"), next: "a" }], within: "P1D", otherwise: "a" } } },
      "steps.a",
      "cycle",
    ],
  ])("finds %s", (_name, fields, path, message) => {
    const problems = errors(fields);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.message).toContain(message);
  });

  it.each([
    [
      "a branch's path that can never be true",
      { steps: { a: { type: "branch", paths: [{ condition: never, next: "b" }], otherwise: "b" }, b: end } },
      "steps.a.paths[0].condition",
      "can never come true",
    ],
    [
      "a path that the ones above always take",
      {
        steps: {
          a: {
            type: "branch",
            paths: [
              { condition: tag("x"), next: "b" },
              { condition: { type: "and", conditions: [tag("x"), tag("y")] }, next: "b" },
            ],
          },
          b: end,
        },
      },
      "steps.a.paths[1].condition",
      "a path above it is taken",
    ],
    ["an exit that can never be true", { exit: never }, "exit", "can never come true"],
    ["a goal that can never be true", { goals: [{ key: "g", name: "G", condition: never }] }, "goals[0].condition", "can never come true"],
    ["no unsubscribe in marketing email", { steps: { a: send({ template: "loud" }) } }, "steps.a.template", "no way to unsubscribe"],
    ["no topic on a marketing send", { steps: { a: send({ topic: undefined }) } }, "steps.a", "no `topic`"],
    ["an unknown topic", { steps: { a: send({ topic: "x" }) } }, "steps.a.topic", 'no topic "x"'],
    ["a topic of other channels", { steps: { a: send({ channel: "sms", template: "text" }) } }, "steps.a.topic", "not for sms"],
    ["an unpublished journey that is started", { steps: { a: { type: "enter", journey: "x" } } }, "steps.a.journey", 'no journey "x"'],
    [
      "a status that the provider never reports",
      {
        steps: {
          a: send({ next: "b" }),
          b: { type: "message-status", of: "a", paths: [{ status: "opened", next: "c" }], within: "P1D" },
          c: end,
        },
      },
      "steps.b.paths[0].status",
      'provider "outbox" never reports it',
    ],
  ])("warns of %s", (_name, fields, path, message) => {
    expect(errors(fields)).toEqual([]);
    const found = warnings(fields);
    expect(found).toHaveLength(1);
    expect(found[0]?.path).toBe(path);
    expect(found[0]?.message).toContain(message);
  });

  it("lets a cycle pass that goes round by a time-out, though a path out of it may be true at once", () => {
    const until = { type: "wait-until", paths: [{ condition: tag("x"), next: "c" }], within: "P1D", otherwise: "b" };
    expect(lint({ steps: { a: until, b: send({ next: "a" }), c: end } })).toEqual([]);
    expect(errors({ steps: { a: { ...until, within: "PT30S" }, b: send({ next: "a" }), c: end } })).toHaveLength(1);
  });

  it("asks no marketing's rules of transactional messages and of calls to other systems, and knows that a click tells of an open", () => {
    const status = { type: "message-status", of: "a", paths: [{ status: "opened", next: "c" }], within: "P1D" };
    expect(lint({ steps: { a: send({ template: "loud", topic: undefined, transactional: true }) } })).toEqual([]);
    expect(lint({ steps: { a: send({ provider: "mail", next: "b" }), b: status, c: end } })).toEqual([]);
  });

  it("finds nothing wrong with an exit or audience that only may be true", () => {
    expect(lint({ audience: attribute("pro"), exit: { type: "not", condition: attribute("pro") } })).toEqual([]);
    expect(lint({ exit: { type: "event", event: "Go" } })).toEqual([]);
    expect(
      lint({
        trigger: { type: "segment", segment: "vip", change: "enter" },
        exit: { type: "not", condition: { type: "segment", segment: "vip" } },
      }),
    ).toEqual([]);
  });
});

describe("what conditions name", () => {
  it("is checked wherever they stand: templates, steps that send, topics", () => {
    const audience = { type: "not", condition: { type: "message", template: "gone", status: "sent" } };
    const exit = { type: "or", conditions: [tag("x"), { type: "message", step: "a", status: "opened" }] };
    expect(errors({ audience, exit })).toEqual([
      { severity: "error", path: "audience.condition.template", message: 'there is no template "gone"' },
      { severity: "error", path: "exit.conditions[1].step", message: 'there is no step "a" that sends' },
    ]);
    const goals = [{ key: "g", name: "G", condition: { type: "subscription", topic: "gone", state: "opted-in" }, within: "P7D" }];
    expect(warnings({ goals })).toContainEqual({
      severity: "warning",
      path: "goals[0].condition.topic",
      message: 'there is no topic "gone"',
    });
  });
});
