import { describe, expect, it } from "vitest";
import { plainAttributes } from "./attributes.ts";
import { limits } from "./limits.ts";
import { catalogOf, HOUR, identify, journey, MINUTE, START, TestUser, track } from "./user-kit.test-suite.ts";

const live = (definition: object) => ({ definition });
/** A journey on "Go" whose first step is the one given; then an hour's wait, so that the run can be looked at. */
const stepping = (step: object, fields: object = {}) =>
  journey({
    start: "step",
    steps: { step: { next: "rest", ...step }, rest: { type: "wait", for: "PT1H", next: "end" }, end: { type: "exit" } },
    ...fields,
  });
const userOn = (step: object, traits: Parameters<typeof identify>[0] = {}, parts: Parameters<typeof catalogOf>[0] = {}): TestUser => {
  const user = new TestUser(catalogOf({ ...parts, journeys: [live(stepping(step)), ...(parts.journeys ?? [])] }));
  user.event(identify(traits, START));
  return user;
};
const go = (user: TestUser, properties: Parameters<typeof identify>[0] = {}) => user.event(track("Go", START + MINUTE, { properties }));
const attributesOf = (user: TestUser) => plainAttributes(user.state.profile.attributes);
const leftBy = (user: TestUser) => user.facts.flatMap((fact) => (fact.kind === "step-left" ? [[fact.path, fact.because?.clause]] : []));

describe("update", () => {
  it("keeps the type of a value that is exactly one output, and makes text of all else", () => {
    const user = userOn(
      {
        type: "update",
        set: {
          price: "{{ trigger.properties.price }}",
          sum: "{{ trigger.properties.price | plus: 1 }}",
          text: "{{ trigger.properties.price }} EUR",
          padded: " {{ trigger.properties.price }}",
          yes: "{{ trigger.properties.yes }}",
          items: "{{ trigger.properties.items }}",
          plain: 5,
          nested: { city: "{{ user.city | upcase }}", list: ["{{ trigger.properties.price }}", "x"] },
        },
      },
      { city: "Köln" },
    );
    go(user, { price: 9.5, yes: true, items: [{ sku: "a" }] });
    expect(attributesOf(user)).toEqual({
      city: "Köln",
      price: 9.5,
      sum: 10.5,
      text: "9.5 EUR",
      padded: " 9.5",
      yes: true,
      items: [{ sku: "a" }],
      plain: 5,
      nested: { city: "KÖLN", list: [9.5, "x"] },
    });
  });

  it("sets, adds and removes by dotted path, and tells each attribute that changed", () => {
    const user = userOn(
      {
        type: "update",
        set: { "address.city": "Bonn", "new.deep": 1 },
        increment: { points: 2, "counts.a": "{{ 3 }}" },
        unset: ["old", "address.zip"],
      },
      { address: { city: "Köln", zip: "50667", street: "A" }, points: 40, old: "x" },
    );
    go(user);
    expect(attributesOf(user)).toEqual({ address: { city: "Bonn", street: "A" }, new: { deep: 1 }, points: 42, counts: { a: 3 } });
    const told = user.facts.filter((fact) => fact.kind === "attribute-set");
    expect(told.map(({ attribute, value }) => [attribute, value])).toEqual([
      ["address", { city: "Bonn", street: "A" }],
      ["new", { deep: 1 }],
      ["points", 42],
      ["counts", { a: 3 }],
      ["old", undefined],
    ]);
    expect(new Set(told.map(({ run }) => run))).toEqual(new Set([user.runs[0]?.id]));
  });

  it("keeps a dotted path and a nested name of the same words apart", () => {
    const user = userOn({
      type: "event",
      event: "E",
      properties: { "a.b": "{{ 1 }}", a: { b: "{{ 2 }}" }, "list[0]": "{{ 3 }}", list: ["{{ 4 }}"] },
    });
    go(user);
    expect(user.kinds("emitted")).toMatchObject([{ event: { properties: { "a.b": 1, a: { b: 2 }, "list[0]": 3, list: [4] } } }]);
  });

  it("adds to numeric text and to nothing, exactly in decimals, and leaves what is no number", () => {
    const user = userOn({ type: "update", increment: { text: 1, none: 0.2, dime: 0.2, word: 1 } }, { text: "5", dime: 0.1, word: "many" });
    go(user);
    expect(attributesOf(user)).toEqual({ text: 6, none: 0.2, dime: 0.3, word: "many" });
    expect(user.kinds("refused")).toMatchObject([{ what: "attributes", names: ["word"] }]);
  });

  it("passes with a reason and sets nothing where Liquid cannot be printed", () => {
    const user = userOn({ type: "update", set: { a: 1, b: "{{ user.missing }}" }, increment: { c: 1 } });
    go(user);
    expect(attributesOf(user)).toEqual({});
    expect(leftBy(user)).toEqual([["unprintable", expect.stringContaining("missing variable user.missing")]]);
    expect(user.steps).toEqual(["step", "rest"]);
  });

  it("adds nothing that is no number, and says so", () => {
    const user = userOn({ type: "update", increment: { points: "{{ trigger.properties.points }}" } });
    go(user, { points: "ten" });
    expect(attributesOf(user)).toEqual({});
    expect(leftBy(user)).toEqual([["unprintable", 'increment.points: "ten" is not a number']]);
  });

  it("removes by null and by empty text, and never what stands in a removed path's way", () => {
    const user = userOn({ type: "update", set: { a: null, b: "" }, unset: ["c.d", "e.f"] }, { a: 1, b: 2, c: "text" });
    go(user);
    expect(attributesOf(user)).toEqual({ c: "text" });
  });

  it("a write by a step wins over what was said before it, and loses to what is said after", () => {
    const user = userOn({ type: "update", set: { plan: "pro" } });
    go(user);
    user.event(identify({ plan: "late" }, START + MINUTE - 1, { receivedAt: START + 2 * MINUTE }));
    expect(attributesOf(user)["plan"]).toBe("pro");
    user.event(identify({ plan: "free" }, START + 3 * MINUTE));
    expect(attributesOf(user)["plan"]).toBe("free");
  });

  it("respects the limit of a user's attributes", () => {
    const user = userOn(
      { type: "update", set: { big: "{{ user.half }}{{ user.half }}", small: 1 } },
      { half: "x".repeat(limits.attributeCharacters / 2.5) },
    );
    go(user);
    // Larger than a step may print at all.
    expect(leftBy(user)[0]?.[0]).toBe("unprintable");
    const filled = userOn(
      { type: "update", set: { more: "{{ user.some }}", small: 1 } },
      { some: "x".repeat(30_000), rest: "x".repeat(limits.attributeCharacters - 50_000) },
    );
    go(filled);
    expect(attributesOf(filled)["small"]).toBe(1);
    expect(attributesOf(filled)["more"]).toBeUndefined();
    expect(filled.kinds("refused")).toMatchObject([{ what: "attributes", names: ["more"] }]);
  });

  it("re-enters at the memberships after a step that changes state, before the next step", () => {
    const user = userOn(
      { type: "update", set: { plan: "pro" } },
      {},
      {
        segments: [{ key: "pro", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } }],
        journeys: [live(journey({ key: "k", trigger: { type: "segment", segment: "pro", change: "enter" } }))],
      },
    );
    go(user);
    const order = user.facts.flatMap((fact) =>
      "step" in fact || fact.kind === "segment-entered" || fact.kind === "run-started" ? [fact.kind] : [],
    );
    expect(order).toEqual([
      "run-started",
      "step-entered",
      "step-left",
      "segment-entered",
      "run-started",
      "step-entered",
      "waiting",
      "step-entered",
      "waiting",
    ]);
  });

  it("reckons waits of other runs anew when it changes the zone", () => {
    const user = new TestUser(
      catalogOf({
        journeys: [
          live(journey({ key: "monthly", steps: { wait: { type: "wait", for: "P1M", next: "end" }, end: { type: "exit" } } })),
          live(
            stepping(
              { type: "update", set: { timezone: "America/New_York" } },
              { key: "moves", trigger: { type: "event", event: "Move" } },
            ),
          ),
        ],
      }),
    );
    const february = Date.UTC(2026, 1, 15, 12);
    user.event(identify({ timezone: "Europe/Berlin" }, february));
    user.event(track("Go", february));
    const before = user.runs[0]?.position;
    user.event(track("Move", february + HOUR));
    // New York has summer time on 15 March, Berlin not yet.
    expect(user.runs[0]?.position).toMatchObject({
      at: "wait",
      due: before && "due" in before && before.due !== undefined ? before.due - HOUR : 0,
    });
  });
});

describe("segment", () => {
  const hand = { key: "hand", kind: "manual" };
  it("puts the user into a manual segment and takes it out again, which starts journeys", () => {
    const user = new TestUser(
      catalogOf({
        segments: [hand],
        journeys: [
          live(stepping({ type: "segment", add: ["hand"] })),
          live(stepping({ type: "segment", remove: ["hand"] }, { key: "out", trigger: { type: "event", event: "Out" } })),
          live(journey({ key: "joined", trigger: { type: "segment", segment: "hand", change: "enter" } })),
          live(journey({ key: "gone", trigger: { type: "segment", segment: "hand", change: "leave" } })),
        ],
      }),
    );
    user.event(track("Go", START));
    expect(user.segments).toEqual(["hand"]);
    expect(user.runs.map((run) => run.journey)).toEqual(["j", "joined"]);
    user.event(track("Out", START + MINUTE));
    expect(user.segments).toEqual([]);
    expect(user.runs.map((run) => run.journey)).toEqual(["j", "joined", "out", "gone"]);
  });
});

describe("event", () => {
  it("emits a track event that is history, counts for segments and starts journeys, before the next step", () => {
    const user = userOn(
      {
        type: "event",
        event: "Nudged {{ user.city }}",
        properties: { price: "{{ trigger.properties.price }}", note: "a {{ user.city }}", n: 1 },
      },
      { city: "Bonn" },
      {
        segments: [{ key: "nudged", condition: { type: "event", event: "Nudged Bonn" } }],
        journeys: [
          live(journey({ key: "follows", trigger: { type: "event", event: "Nudged*" }, audience: { type: "segment", segment: "nudged" } })),
        ],
      },
    );
    go(user, { price: 3 });
    const emitted = user.facts.flatMap((fact) => (fact.kind === "emitted" ? [fact.event] : []));
    expect(emitted).toMatchObject([
      {
        type: "track",
        event: "Nudged Bonn",
        userId: "u",
        properties: { price: 3, note: "a Bonn", n: 1 },
        time: START + MINUTE,
        context: { emittedBy: { journey: "j", step: "step" } },
      },
    ]);
    expect(user.history.has(emitted[0]?.id ?? "")).toBe(true);
    expect(user.runs.map((run) => run.journey)).toEqual(["j", "follows"]);
    expect(user.facts.findIndex((fact) => fact.kind === "segment-entered")).toBeLessThan(
      user.facts.findIndex((fact) => fact.kind === "step-entered" && fact.step === "rest"),
    );
  });

  it("counts for the exit of the very run that emitted it, as it comes after its trigger", () => {
    const user = new TestUser(
      catalogOf({ journeys: [live(stepping({ type: "event", event: "Done" }, { exit: { type: "event", event: "Done" } }))] }),
    );
    user.event(track("Go", START, { index: 7 }));
    expect(user.endings).toEqual(["exited"]);
  });

  it("has the same id whenever the same stimulus is decided, and another on each visit", () => {
    const definition = journey({
      start: "emit",
      steps: { emit: { type: "event", event: "Tick", next: "wait" }, wait: { type: "wait", for: "PT1M", next: "emit" } },
    });
    const idsOf = () => {
      const user = new TestUser(catalogOf({ journeys: [live(definition)] }));
      user.event(track("Go", START, { id: "same" }));
      user.sleep(START + 3 * MINUTE);
      return user.facts.flatMap((fact) => (fact.kind === "emitted" ? [fact.event.id] : []));
    };
    const ids = idsOf();
    expect(new Set(ids).size).toBe(4);
    expect(idsOf()).toEqual(ids);
  });

  it("emits at a timer's own instant when it was overdue", () => {
    const definition = journey({ steps: { wait: { type: "wait", for: "PT1H", next: "emit" }, emit: { type: "event", event: "Late" } } });
    const user = new TestUser(catalogOf({ journeys: [live(definition)] }));
    user.event(track("Go", START));
    user.tick(START + 9 * HOUR);
    expect(user.kinds("emitted")).toMatchObject([{ at: START + HOUR, event: { time: START + HOUR, receivedAt: START + HOUR } }]);
  });

  it("bounds loops between journeys to 1,000 rounds", () => {
    const bounce = (key: string, on: string, out: string) =>
      live(journey({ key, trigger: { type: "event", event: on }, start: "a", steps: { a: { type: "event", event: out } } }));
    const user = new TestUser(catalogOf({ journeys: [bounce("ping", "Ping", "Pong"), bounce("pong", "Pong", "Ping")] }));
    user.event(track("Ping", START));
    expect(user.runs).toEqual([]);
    expect(user.kinds("emitted").length).toBeLessThanOrEqual(1_001);
    expect(user.nextDue).toBeUndefined();
    user.event(track("Other", START + MINUTE));
    expect(user.runs).toEqual([]);
  });

  it("starts journeys also where a silent change of definitions let the run go on", () => {
    const parts = (version: number, status: "live" | "paused") => ({
      version,
      journeys: [
        {
          status,
          definition: journey({ steps: { wait: { type: "wait", for: "PT1H", next: "emit" }, emit: { type: "event", event: "Woken" } } }),
        },
        live(journey({ key: "follows", trigger: { type: "event", event: "Woken" } })),
      ],
    });
    const user = new TestUser(catalogOf(parts(1, "live")));
    user.event(track("Go", START));
    user.catalog = catalogOf(parts(2, "paused"));
    user.tick(START + 2 * HOUR);
    user.catalog = catalogOf(parts(3, "live"));
    user.do({ type: "refresh", silent: true }, START + 3 * HOUR);
    expect(user.runs.map((run) => run.journey)).toEqual(["follows"]);
  });

  it("emits nothing where Liquid cannot be printed", () => {
    const user = userOn({ type: "event", event: "{{ user.nothing | default: '' }}" });
    go(user);
    expect(user.kinds("emitted")).toEqual([]);
    expect(leftBy(user)).toEqual([["unprintable", "event: it is empty"]]);
  });
});

describe("enter", () => {
  it("starts another journey with properties that its steps can print", () => {
    const other = journey({
      key: "other",
      trigger: { type: "event", event: "Never" },
      start: "keep",
      steps: {
        keep: { type: "update", set: { got: "{{ trigger.properties.total }}" }, next: "rest" },
        rest: { type: "wait", for: "PT1H" },
      },
    });
    const user = userOn(
      { type: "enter", journey: "other", properties: { total: "{{ trigger.properties.price | times: 2 }}" } },
      {},
      { journeys: [live(other)] },
    );
    go(user, { price: 4 });
    expect(user.runs.map((run) => run.journey)).toEqual(["j", "other"]);
    expect(attributesOf(user)["got"]).toBe(8);
    expect(user.kinds("run-started").at(-1)).toMatchObject({ because: { clause: "step step of journey j" } });
  });

  it("records a refusal with its reason, and the run goes on", () => {
    const once = journey({ key: "other", trigger: { type: "event", event: "Never" }, audience: { type: "tag", tag: "vip" } });
    const user = userOn({ type: "enter", journey: "other" }, {}, { journeys: [live(once)] });
    go(user);
    expect(user.refusals).toEqual(["audience"]);
    expect(user.steps).toEqual(["step", "rest"]);
  });

  it("bounds journeys that enter one another without end", () => {
    const enters = (key: string, other: string) =>
      live(journey({ key, trigger: { type: "event", event: key }, start: "a", steps: { a: { type: "enter", journey: other } } }));
    const user = new TestUser(catalogOf({ journeys: [enters("a", "b"), enters("b", "a")] }));
    user.event(track("a", START));
    expect(user.runs).toEqual([]);
    expect(user.kinds("run-started").length).toBeLessThanOrEqual(1_001);
  });
});
