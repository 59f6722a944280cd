import { describe, expect, it } from "vitest";
import { ada, brief, go, journey, play, segment, scriptOf, templates } from "./script-kit.test-suite.ts";
import { bounds } from "./bounds.ts";
import { emptyWorkspace } from "./definitions.ts";
import { scriptSchema } from "./script.ts";
import { simulate } from "./simulate.ts";

const problemsOf = (run: () => unknown): readonly { readonly path: string }[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof Error && "problems" in error) return error.problems as readonly { readonly path: string }[]; // a Fault's
    throw error;
  }
  throw new Error("expected a refusal");
};

describe("simulate", () => {
  it("plays a journey: each line at its own instant, the message with what it says", () => {
    const simulation = play([ada, go("PT1M")]);
    expect(brief(simulation)).toEqual([
      "01-05T08:00 attribute-set email",
      "01-05T08:00 attribute-set phone",
      "01-05T08:01 run-started",
      "01-05T08:01 step-entered mail",
      "01-05T08:01 message mail",
      "01-05T08:01 step-entered pause",
      "01-05T08:01 waiting pause",
      "01-05T09:01 step-entered done",
      "01-05T09:01 run-ended done exit-step",
    ]);
    expect(simulation.trace.find(({ type }) => type === "message")).toMatchObject({
      userId: "u1",
      journey: "j",
      channel: "email",
      template: "hello",
      to: "ada@example.com",
      subject: "Hello u1",
      status: "sent",
    });
  });

  it("the same script gives the same trace", () => {
    const script = scriptOf([ada, go("PT1M"), go("PT2M")]);
    expect(simulate(script, emptyWorkspace)).toEqual(simulate(script, emptyWorkspace));
  });

  it("items are sorted by their instant, ties in the order given", () => {
    const set = (at: string, plan: string) => ({ at, type: "identify", userId: "u1", traits: { plan } });
    const { users, trace } = play([set("PT2M", "c"), set("PT1M", "a"), set("PT1M", "b"), set("2026-01-05T08:00:30Z", "z")]);
    expect(trace.filter(({ attribute }) => attribute === "plan").map(({ value }) => value)).toEqual(["z", "a", "b", "c"]);
    expect(users[0]?.attributes).toEqual({ plan: "c" });
  });

  it("equal items without a messageId stay two events, with one they are the same", () => {
    expect(brief(play([ada, go("PT1M"), go("PT1M")]), "run-started")).toHaveLength(2);
    expect(brief(play([ada, go("PT1M", { messageId: "m" }), go("PT2M", { messageId: "m" })]), "run-started")).toHaveLength(1);
  });

  it("items before the start are history: applied silently, no entries, no messages", () => {
    const definitions = {
      segments: [segment("goers", { type: "event", event: "Go", within: "P30D" })],
      journeys: [journey(), journey({ key: "joins", trigger: { type: "segment", segment: "goers", change: "enter" } })],
    };
    const simulation = play([{ ...ada, at: "-P30D" }, go("-P10D")], { definitions, until: "P40D" });
    expect(brief(simulation)).toEqual(["01-25T08:00 segment-left goers"]);
    expect(simulation.trace[0]?.because).toBeDefined();
    expect(simulation.users).toMatchObject([{ id: "u1", attributes: { email: "ada@example.com" }, segments: [], runs: [], nextDue: null }]);
  });

  it("history counts for what comes after: a condition over it decides who enters", () => {
    const definitions = {
      journeys: [journey({ audience: { type: "event", event: "Bought", count: { operator: "at-least", value: 2 } } })],
    };
    const bought = (at: string) => ({ at, type: "track", userId: "u1", event: "Bought" });
    expect(brief(play([bought("-P2D"), bought("-P1D"), go("PT1M")], { definitions }), "run-started", "run-refused")).toEqual([
      "01-05T08:01 run-started",
    ]);
    expect(brief(play([bought("-P2D"), go("PT1M")], { definitions }), "run-started", "run-refused")).toEqual([
      "01-05T08:01 run-refused audience",
    ]);
  });

  it("nobody enters and nothing is sent in history: such items are refused by name", () => {
    expect(problemsOf(() => play([{ at: "-P1D", type: "enter", userId: "u1", journey: "j" }]))).toMatchObject([{ path: "script[0].at" }]);
  });

  it("a flip by time at the very start is told, one before it is not", () => {
    const definitions = { segments: [segment("recent", { type: "event", event: "Go", within: "P1D" })], journeys: [] };
    expect(brief(play([go("-P1D")], { definitions }))).toEqual(["01-05T08:00 segment-left recent"]);
    expect(brief(play([go("-P1DT1S")], { definitions }))).toEqual([]);
  });

  it("a call is checked as at ingest: the field is named", () => {
    expect(
      problemsOf(() =>
        play([
          { at: "PT0S", type: "track", userId: "u1", event: 5 },
          { at: "PT0S", type: "identify", traits: {} },
        ]),
      ),
    ).toMatchObject([{ path: "script[0].event" }, { path: "script[1].userId" }]);
  });

  it("late events: `timestamp` says when it happened, `at` when it arrived", () => {
    const simulation = play([ada, go("PT1H", { timestamp: "-PT80H" }), go("PT2H", { timestamp: "-PT60H" })]);
    expect(brief(simulation, "run-started")).toEqual(["01-05T10:00 run-started"]);
  });

  it("an anonymous user's past goes to whoever they become, and their run with it", () => {
    const simulation = play([
      { at: "PT1M", type: "track", anonymousId: "a1", event: "Go" },
      { at: "PT2M", type: "identify", userId: "u1", anonymousId: "a1", traits: { email: "ada@example.com" } },
      { at: "PT3M", type: "track", anonymousId: "a1", event: "Seen" },
    ]);
    expect(simulation.trace.filter(({ type }) => type === "run-started")).toMatchObject([{ anonymousId: "a1" }]);
    expect(simulation.trace.filter(({ type }) => type === "run-ended")).toMatchObject([{ userId: "u1", reason: "exit-step" }]);
    expect(simulation.users.map(({ id }) => id)).toEqual(["u1"]);
  });

  it("enter, publish, pause, resume and stop do what their calls do", () => {
    const later = journey({ steps: { mail: { type: "exit", reason: "second version" } } });
    const simulation = play([
      ada,
      { at: "PT1M", type: "enter", userId: "u1", journey: "j", properties: { why: "because" } },
      { at: "PT10M", type: "pause", journey: "j" },
      { at: "PT20M", type: "enter", userId: "u1", journey: "j" },
      { at: "PT3H", type: "resume", journey: "j" },
      { at: "PT4H", type: "publish", journey: later },
      { at: "PT5H", type: "enter", userId: "u1", journey: "j" },
      { at: "PT6H", type: "stop", journey: "j" },
      go("PT7H"),
    ]);
    expect(brief(simulation, "run-started", "run-refused", "run-ended")).toEqual([
      "01-05T08:01 run-started",
      "01-05T08:20 run-refused paused",
      "01-05T11:00 run-ended done exit-step",
      "01-05T13:00 run-started",
      "01-05T13:00 run-ended mail second version",
    ]);
  });

  it("includeCurrent takes present members in when the journey is published", () => {
    const joins = journey({ trigger: { type: "segment", segment: "pros", change: "enter", includeCurrent: true } });
    const definitions = {
      segments: [segment("pros", { type: "attribute", path: "plan", operator: "equals", value: "pro" })],
      journeys: [],
    };
    const simulation = play(
      [
        { at: "-P1D", type: "identify", userId: "u1", traits: { plan: "pro" } },
        { at: "PT1H", type: "publish", journey: joins },
      ],
      { definitions },
    );
    expect(brief(simulation, "run-started")).toEqual(["01-05T09:00 run-started"]);
  });

  it("includeCurrent of a script's own journey takes in who is a member at the start; without it nobody enters", () => {
    const pros = segment("pros", { type: "attribute", path: "plan", operator: "equals", value: "pro" });
    const script = [{ at: "-P1D", type: "identify", userId: "u1", traits: { plan: "pro" } }];
    const started = (more: object) =>
      brief(
        play(script, {
          definitions: {
            segments: [pros],
            journeys: [journey({ trigger: { type: "segment", segment: "pros", change: "enter", ...more } })],
          },
        }),
        "run-started",
      );
    expect(started({ includeCurrent: true })).toEqual(["01-05T08:00 run-started"]);
    expect(started({})).toEqual([]);
  });

  it("a schedule lets the members in at its own instants, from its publication on", () => {
    const daily = journey({ trigger: { type: "schedule", segment: "pros", every: "P1D", time: "09:00" } });
    const definitions = {
      segments: [segment("pros", { type: "attribute", path: "plan", operator: "equals", value: "pro" })],
      journeys: [daily],
    };
    const plan = (at: string, userId: string, value: string) => ({ at, type: "identify", userId, traits: { plan: value } });
    const simulation = play([plan("-P1D", "u1", "pro"), plan("P1D", "u1", "free"), plan("P1D", "u2", "pro")], {
      definitions,
      until: "P2D",
    });
    expect(simulation.trace.filter(({ type }) => type === "run-started").map(({ userId, at }) => `${userId} ${at}`)).toEqual([
      "u1 2026-01-05T09:00:00.000Z",
      "u2 2026-01-06T09:00:00.000Z",
    ]);
  });

  it("joins that a published segment brings are silent", () => {
    const joins = journey({ trigger: { type: "segment", segment: "pros", change: "enter" } });
    const pros = (plan: string) => segment("pros", { type: "attribute", path: "plan", operator: "equals", value: plan });
    const simulation = play(
      [
        { at: "-P1D", type: "identify", userId: "u1", traits: { plan: "pro" } },
        { at: "PT1H", type: "publish", segment: pros("pro") },
      ],
      { definitions: { segments: [pros("free")], journeys: [joins] } },
    );
    expect(simulation.trace).toMatchObject([{ type: "segment-entered", segment: "pros", silent: true }]);
  });

  it("the claim's re-check runs as in the object: nobody to send to, suppressed, unsubscribed", () => {
    const skipped = (...before: readonly object[]) => brief(play([...before, go("PT1M")]), "message", "message-skipped");
    expect(skipped()).toEqual(["01-05T08:01 message-skipped mail unreachable"]);
    expect(skipped(ada, { at: "PT0S", type: "suppress", userId: "u1", reason: "asked" })).toEqual([
      "01-05T08:01 message-skipped mail suppressed: asked",
    ]);
    expect(skipped(ada, { at: "PT0S", type: "subscription", userId: "u1", channel: "email", state: "opted-out" })).toHaveLength(1);
  });

  it("a template that cannot be rendered fails its message, with the reason", () => {
    const hello = { ...templates[0], locales: { en: { subject: "Hello {{ user.missing }}", html: "<p></p>" } } };
    const simulation = play([ada, go("PT1M")], { definitions: { templates: [hello] } });
    expect(simulation.trace.find(({ type }) => type === "message-skipped")).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("missing") as string,
    });
  });

  it("a script's own definitions are refused where they do not hold together, with their place", () => {
    expect(problemsOf(() => play([], { definitions: { journeys: [journey({ start: "gone" })] } }))).toMatchObject([
      { path: "definitions.journeys[0].start" },
    ]);
    expect(
      problemsOf(() =>
        play([
          { at: "PT1H", type: "publish", journey: journey({ start: "gone" }) },
          { at: "PT0S", type: "pause", journey: "none" },
        ]),
      ),
    ).toMatchObject([{ path: "script[1].journey" }]);
  });

  it("plays what would be refused only because it cannot have been meant: the trace says why nobody enters", () => {
    const steps = { done: { type: "exit" }, nowhere: { type: "exit" } };
    const useless = [
      journey({ key: "left", exit: { type: "event", event: "Go", since: "ever" }, start: "done", steps }),
      journey({ key: "never", audience: { type: "not", condition: { type: "event", event: "Go" } }, start: "done", steps }),
    ];
    expect(play([go("PT1M")], { definitions: { journeys: useless } }).trace).toMatchObject([
      { type: "run-refused", journey: "left", reason: "exit-already-true" },
      { type: "run-refused", journey: "never", reason: "audience" },
    ]);
  });

  it("is bounded in decisions: what would never come to an end is refused with the bound it met", () => {
    const loop = journey({
      start: "pause",
      steps: { pause: { type: "wait", for: "PT1M", next: "again" }, again: { type: "tag", add: ["x"], next: "pause" } },
    });
    const users = Array.from({ length: 20 }, (_, index) => go("PT1M", { userId: `u${index}` }));
    expect(() => play(users, { definitions: { journeys: [loop] }, until: "P5Y" })).toThrow(/The simulation takes .* lines|decisions/);
  });

  it("is bounded: span, users, trace", () => {
    expect(problemsOf(() => play([go("-P9Y")], { until: "P9Y" }))).toMatchObject([{ path: "until" }]);
    const many = Array.from({ length: bounds.users + 1 }, (_, index) => ({ at: "PT0S", type: "track", userId: `u${index}`, event: "X" }));
    expect(() => play(many)).toThrow(`more than ${bounds.users} users`);
  });
});

describe("expect", () => {
  const script = [ada, go("PT1M")];

  it("holds when an item has every field said; `at` is a duration or an instant", () => {
    const { failures } = play(script, {
      expect: [
        { userId: "u1", type: "message", step: "mail", at: "PT1M" },
        { type: "run-ended", journey: "j", reason: "exit-step", at: "2026-01-05T09:01:00Z" },
        { type: "waiting", until: "PT1H1M" },
        { userId: "u1", never: "message", channel: "sms" },
        { type: "run-started", because: { clause: "event Go" } },
      ],
    });
    expect(failures).toEqual([]);
  });

  it("a failure says why, and shows the item that comes closest", () => {
    const { failures } = play(script, {
      expect: [
        { userId: "u1", type: "message", step: "mail", at: "PT2M" },
        { userId: "u1", never: "message", channel: "email" },
        { type: "goal" },
      ],
    });
    expect(failures).toMatchObject([
      {
        index: 0,
        why: 'no item "message" has all of it; the nearest differs in at',
        nearest: { type: "message", at: "2026-01-05T08:01:00.000Z" },
      },
      { index: 1, why: 'there is such an item "message"', nearest: { channel: "email" } },
      { index: 2, why: 'there is no item "goal"', nearest: null },
    ]);
  });
});

describe("message-status", () => {
  const said = (at: string, status: string, more: object = {}) => ({
    at,
    type: "message-status",
    userId: "u1",
    step: "mail",
    status,
    ...more,
  });
  const failing = {
    definitions: { journeys: [journey({ steps: { mail: { type: "send", channel: "email", template: "hello", onFailure: "exit" } } })] },
  };

  it("a message said to fail is not accepted: at the send's own instant, before it or within the lease", () => {
    for (const at of ["PT0S", "PT1M", "PT2M"]) {
      const simulation = play([ada, go("PT1M"), said(at, "failed", { reason: "no such mailbox" })], failing);
      expect(brief(simulation, "message", "message-skipped", "run-ended")).toEqual([
        `01-05T08:0${at === "PT2M" ? 2 : 1} message-skipped mail no such mailbox`,
        `01-05T08:0${at === "PT2M" ? 2 : 1} run-ended mail send-failed`,
      ]);
    }
  });

  it("an answer that never came is uncertain, and the run goes on as if it was sent", () => {
    const simulation = play([ada, go("PT1M"), said("PT1M", "uncertain")], failing);
    expect(simulation.trace.filter(({ type }) => type === "message")).toMatchObject([{ status: "uncertain" }]);
  });

  it("takes a name from the key, and a template nobody has written yet as one that says its key", () => {
    const journey = {
      key: "welcome",
      trigger: { type: "event", event: "Signed Up" },
      start: "hello",
      steps: { hello: { type: "send", channel: "email", template: "hello-mail" } },
    };
    const segment = { key: "vip", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } };
    const script = scriptSchema.parse({
      definitions: { journeys: [journey], segments: [segment] },
      start: "2026-01-05T08:00:00Z",
      script: [
        { at: "PT0S", type: "identify", userId: "u1", traits: { email: "a@example.com", plan: "pro" } },
        { at: "PT1M", type: "track", userId: "u1", event: "Signed Up" },
      ],
      expect: [
        { type: "segment-entered", segment: "vip" },
        { type: "message", template: "hello-mail", subject: "hello-mail", at: "PT1M" },
      ],
    });
    expect(simulate(script, emptyWorkspace).failures).toEqual([]);
  });
});
