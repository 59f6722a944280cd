import { describe, expect, it } from "vitest";
import { compareOrder, orderOf } from "../event/event.ts";
import { plainAttributes } from "./attributes.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, sendJourney, SECOND, START, TestUser, track } from "./user-kit.test-suite.ts";

const everyoneWelcome = { segments: [{ key: "all", condition: { type: "everyone" } }] };
const live = (definition: object) => ({ definition });

describe("decide: applying one stimulus", () => {
  it("starts a run on its trigger, waits, and ends by itself at the wait's own instant", () => {
    const user = new TestUser(catalogOf({ journeys: [live(journey({}))] }));
    const decision = user.event(track("Go", START));
    expect(decision.nextDue).toBe(START + HOUR);
    expect(user.facts.map((fact) => fact.kind)).toEqual(["user", "run-started", "step-entered", "waiting"]);
    user.tick(START + 2 * HOUR);
    expect(user.endings).toEqual(["exit-step"]);
    expect(user.facts.at(-1)?.at).toBe(START + HOUR);
    expect(user.nextDue).toBeUndefined();
  });

  it("dedupes by message id: the same event again changes nothing at all", () => {
    const user = new TestUser(catalogOf({ ...everyoneWelcome, journeys: [live(journey({}))] }));
    const event = track("Go", START);
    user.event(event);
    const { state } = user;
    const again = user.event(event);
    expect(again.state).toBe(state);
    expect(again.facts).toEqual([]);
  });

  it("applies an event that changes the audience before the audience is asked", () => {
    const definition = journey({ trigger: { type: "event", event: "Go" }, audience: { type: "segment", segment: "goers" } });
    const user = new TestUser(
      catalogOf({ segments: [{ key: "goers", condition: { type: "event", event: "Go" } }], journeys: [live(definition)] }),
    );
    user.event(track("Go", START));
    expect(user.facts.map((fact) => fact.kind)).toEqual(["user", "segment-entered", "run-started", "step-entered", "waiting"]);
  });

  it("re-enters at the memberships after a step that changes state, before the next step", () => {
    const tags = journey({
      start: "tag",
      exit: { type: "segment", segment: "tagged" },
      steps: { tag: { type: "tag", add: ["x"], next: "wait" }, wait: { type: "wait", for: "PT1H" } },
    });
    const follows = journey({ key: "k", trigger: { type: "segment", segment: "tagged", change: "enter" } });
    const user = new TestUser(
      catalogOf({ segments: [{ key: "tagged", condition: { type: "tag", tag: "x" } }], journeys: [live(tags), live(follows)] }),
    );
    user.event(track("Go", START));
    expect(user.endings).toEqual(["exited"]);
    expect(user.steps).toEqual(["tag", "wait"]);
    expect(user.runs.map((run) => run.journey)).toEqual(["k"]);
    expect(user.facts.map((fact) => fact.kind)).toEqual([
      "user",
      "run-started",
      "step-entered",
      "tag-added",
      "step-left",
      "segment-entered",
      "run-ended",
      "run-started",
      "step-entered",
      "waiting",
    ]);
  });

  it("ends a run that takes more than 100 steps in one stimulus with step-limit", () => {
    // Lint refuses such a graph; the core must stand it all the same.
    const definition = journey({
      start: "a",
      steps: { a: { type: "tag", add: ["x"], next: "b" }, b: { type: "tag", remove: ["x"], next: "a" } },
    });
    const user = new TestUser(catalogOf({ journeys: [live(definition)] }));
    user.event(track("Go", START));
    expect(user.endings).toEqual(["step-limit"]);
    expect(user.steps).toHaveLength(100);
  });

  it("ends all that still moves after 1,000 rounds with step-limit", () => {
    const flips = (key: string, change: "enter" | "leave", step: object) =>
      journey({ key, trigger: { type: "segment", segment: "tagged", change }, start: "a", steps: { a: step } });
    const user = new TestUser(
      catalogOf({
        segments: [{ key: "tagged", condition: { type: "tag", tag: "x" } }],
        journeys: [live(flips("off", "enter", { type: "tag", remove: ["x"] })), live(flips("on", "leave", { type: "tag", add: ["x"] }))],
      }),
    );
    user.event(track("Go", START));
    user.do({ type: "tags", id: "t", add: ["x"], remove: [] });
    expect(user.steps).toHaveLength(1_000);
    expect(user.endings.at(-1)).toBe("step-limit");
    expect(user.runs).toEqual([]);
  });

  it("takes overdue timers first, each at its own instant, then the stimulus", () => {
    const definition = journey({
      steps: {
        wait: { type: "wait", for: "PT1H", next: "again" },
        again: { type: "wait", for: "PT1H", next: "end" },
        end: { type: "exit" },
      },
    });
    const late = new TestUser(catalogOf({ journeys: [live(definition)] }));
    late.event(track("Go", START, { id: "same" }));
    late.event(track("Other", START + 3 * HOUR, { id: "other" }));
    const punctual = new TestUser(catalogOf({ journeys: [live(definition)] }));
    punctual.event(track("Go", START, { id: "same" }));
    punctual.sleep(START + 3 * HOUR);
    punctual.event(track("Other", START + 3 * HOUR, { id: "other" }));
    expect(late.facts).toEqual(punctual.facts);
    expect(late.state).toEqual(punctual.state);
  });

  it("keeps the state's references where nothing changed", () => {
    const user = new TestUser(catalogOf({ ...everyoneWelcome, journeys: [live(journey({}))] }));
    user.event(track("Go", START));
    const before = user.state;
    const { state } = user.event(track("Nothing asks for this", START + SECOND));
    expect(state).toBe(before);
  });

  it("tells the directory at first contact, on a change and on a new day, and at no other time", () => {
    const user = new TestUser(catalogOf());
    const kindsOf = (facts: readonly { readonly kind: string }[]) => facts.map((fact) => fact.kind);
    expect(kindsOf(user.event(identify({ email: "a@b.c", first_name: "A", last_name: "B" }, START)).facts)).toEqual(["user"]);
    expect(user.facts[0]).toMatchObject({ email: "a@b.c", name: "A B", phone: null, lastSeenAt: Math.floor(START / DAY) * DAY });
    expect(user.event(identify({ email: "a@b.c" }, START + HOUR)).facts).toEqual([]);
    expect(user.event(track("X", START + 2 * HOUR)).facts).toEqual([]);
    expect(kindsOf(user.event(track("X", START + DAY)).facts)).toEqual(["user"]);
  });

  it("leaves nothing in an object that nobody ever wrote to", () => {
    const user = new TestUser(catalogOf(everyoneWelcome));
    const { state } = user;
    expect(user.tick(START)).toMatchObject({ facts: [], nextDue: undefined });
    expect(user.do({ type: "refresh", silent: true }).state).toBe(state);
  });
});

describe("decide: identity of events, order, time", () => {
  it("lets the last write win per attribute by the total order, whatever came first", () => {
    const events = [
      identify({ plan: "free", city: "Rome" }, START),
      identify({ plan: "pro" }, START + 2),
      identify({ plan: "trial", city: "Oslo" }, START + 1),
      identify({ plan: "late" }, START + 2, { receivedAt: START + 1 }),
    ].map((event) => ({ ...event, receivedAt: Math.max(event.receivedAt, event.time) }));
    for (const sequence of [events, events.toReversed(), [2, 0, 3, 1].flatMap((index) => events[index] ?? [])]) {
      const user = new TestUser(catalogOf(), "u:u", START + DAY);
      for (const event of sequence) user.event(event);
      const newest = events
        .filter((event) => event.traits?.["plan"] !== undefined)
        .toSorted((a, b) => compareOrder(orderOf(b), orderOf(a)))[0];
      expect(plainAttributes(user.state.profile.attributes)["city"]).toBe("Oslo");
      expect(newest?.time).toBe(START + 2);
      expect(["pro", "late"]).toContain(plainAttributes(user.state.profile.attributes)["plan"]);
    }
  });

  it("removes by null or an empty text, leaving a dated tombstone that a late older write cannot undo", () => {
    const user = new TestUser(catalogOf(), "u:u", START + DAY);
    user.event(identify({ phone: null, city: "" }, START + 5));
    user.event(identify({ phone: "+1", city: "Rome" }, START));
    expect(plainAttributes(user.state.profile.attributes)).toEqual({});
    user.event(identify({ phone: "+2" }, START + 6));
    expect(plainAttributes(user.state.profile.attributes)).toEqual({ phone: "+2" });
  });

  it("takes names of attributes that objects already have, and refuses __proto__", () => {
    const user = new TestUser(catalogOf());
    user.event(identify(JSON.parse('{"constructor":"c","toString":"t","__proto__":{"x":1}}') as Record<string, string>, START));
    expect(plainAttributes(user.state.profile.attributes)).toEqual(
      Object.fromEntries([
        ["constructor", "c"],
        ["toString", "t"],
      ]),
    );
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("lets a late event start a journey only if younger than 72 h and not a backfill", () => {
    for (const [age, backfill, runs] of [
      [71 * HOUR, false, 1],
      [72 * HOUR, false, 0],
      [0, true, 0],
    ] as const) {
      const catalog = catalogOf({
        segments: [{ key: "goers", condition: { type: "event", event: "Go" } }],
        journeys: [live(journey({})), live(journey({ key: "k", trigger: { type: "segment", segment: "goers", change: "enter" } }))],
      });
      const user = new TestUser(catalog, "u:u", START);
      user.event(track("Go", START - age, { receivedAt: START, ...(backfill && { context: { backfill: true } }) }));
      expect(user.runs).toHaveLength(2 * runs);
      expect(user.segments).toEqual(["goers"]);
      expect(user.kinds("segment-entered")[0]).toMatchObject(runs === 0 ? { silent: true } : { segment: "goers" });
    }
  });

  it("counts a late event for exits without any limit of age: a late order still stops the reminder", () => {
    const definition = journey({ exit: { type: "event", event: "Order" }, steps: { wait: { type: "wait", for: "P30D" } } });
    const user = new TestUser(catalogOf({ journeys: [live(definition)] }));
    user.event(track("Go", START));
    user.event(track("Order", START + HOUR, { receivedAt: START + 10 * DAY }));
    expect(user.endings).toEqual(["exited"]);
  });

  it("waits months by the calendar in the user's zone, and anew from its beginning when the zone changes", () => {
    const user = new TestUser(catalogOf({ journeys: [live(journey({ steps: { wait: { type: "wait", for: "P3M" } } }))] }));
    user.event(track("Go", START));
    expect(user.nextDue).toBe(Date.UTC(2026, 3, 5, 8));
    user.event(identify({ timezone: "Europe/Berlin" }, START + MINUTE));
    expect(user.nextDue).toBe(Date.UTC(2026, 3, 5, 7));
    expect(user.kinds("waiting")).toHaveLength(2);
  });

  it("flips a membership at the exact instant without any event", () => {
    const absent = { key: "quiet", condition: { type: "not", condition: { type: "event", event: "Seen", within: "P30D" } } };
    const definition = journey({ trigger: { type: "segment", segment: "quiet", change: "enter" } });
    const user = new TestUser(catalogOf({ segments: [absent], journeys: [live(definition)] }));
    user.event(track("Seen", START));
    expect(user.segments).toEqual([]);
    expect(user.nextDue).toBe(START + 30 * DAY);
    user.sleep(START + 31 * DAY);
    expect(user.kinds("segment-entered")).toMatchObject([{ at: START + 30 * DAY, segment: "quiet" }]);
    expect(user.kinds("run-started")).toMatchObject([{ at: START + 30 * DAY }]);
  });

  it("catches up with a backlog of a thousand instants at a time when nothing else is waiting", () => {
    const loop = journey({ steps: { wait: { type: "wait", for: "PT1M", next: "wait" } } });
    const user = new TestUser(catalogOf({ journeys: [live(loop)] }));
    user.event(track("Go", START));
    expect(user.tick(START + 2_000 * MINUTE).nextDue).toBe(START + 1_001 * MINUTE);
    user.event(track("Other", START + 2_000 * MINUTE + 1));
    expect(user.nextDue).toBe(START + 2_001 * MINUTE);
    expect(user.endings).toEqual([]);
  });
});

describe("decide: publishing changes", () => {
  const segments = (minimum: number) => [
    { key: "rich", condition: { type: "attribute", path: "money", operator: "at-least", value: minimum } },
  ];
  const onRich = (more: object = {}) => live(journey({ trigger: { type: "segment", segment: "rich", change: "enter", ...more } }));

  it("makes joins that a changed definition causes silent, and fires them when asked to", () => {
    for (const silent of [true, false]) {
      const user = new TestUser(catalogOf({ segments: segments(10), journeys: [onRich()] }));
      user.event(identify({ money: 5 }, START));
      user.catalog = catalogOf({ version: 2, segments: segments(5), journeys: [onRich()] });
      user.do({ type: "refresh", silent }, START + HOUR);
      expect(user.segments).toEqual(["rich"]);
      expect(user.runs).toHaveLength(silent ? 0 : 1);
    }
  });

  it("brings a user up to a new catalog on whatever comes first", () => {
    const user = new TestUser(catalogOf({ segments: segments(10), journeys: [onRich()] }));
    user.event(identify({ money: 5 }, START));
    user.catalog = catalogOf({ version: 2, segments: segments(5), journeys: [onRich()] });
    user.event(track("Other", START + HOUR));
    expect(user.kinds("segment-entered")).toMatchObject([{ silent: true }]);
    expect(user.runs).toEqual([]);
  });

  it("does not go back to an older catalog that an isolate still holds", () => {
    const user = new TestUser(catalogOf({ version: 2, segments: segments(5) }));
    user.event(identify({ money: 5 }, START));
    user.catalog = catalogOf({ version: 1, segments: segments(10) });
    user.event(track("Other", START + HOUR));
    expect(user.segments).toEqual(["rich"]);
  });

  it("takes present members in once with includeCurrent, however often the backfill comes by", () => {
    const user = new TestUser(catalogOf({ segments: segments(5) }));
    user.event(identify({ money: 5 }, START));
    user.catalog = catalogOf({ version: 2, segments: segments(5), journeys: [onRich({ includeCurrent: true })] });
    for (const _ of [1, 2]) user.do({ type: "refresh", silent: true, enter: ["j"] }, START + HOUR);
    user.sleep(START + 3 * HOUR);
    user.do({ type: "refresh", silent: true, enter: ["j"] }, START + 4 * HOUR);
    expect(user.kinds("run-started", "run-refused")).toHaveLength(1);
  });

  it("keeps a run on the version it entered", () => {
    const first = journey({ steps: { wait: { type: "wait", for: "PT1H", next: "old" }, old: { type: "exit", reason: "old" } } });
    const second = journey({ steps: { wait: { type: "wait", for: "PT2H", next: "new" }, new: { type: "exit", reason: "new" } } });
    const user = new TestUser(catalogOf({ journeys: [live(first)] }));
    user.event(track("Go", START));
    user.catalog = catalogOf({ version: 2, journeys: [{ version: 2, definition: second }], pinned: [{ version: 1, definition: first }] });
    user.event(track("Go", START + MINUTE));
    user.sleep(START + 3 * HOUR);
    expect(user.endings).toEqual(["old", "new"]);
  });

  it("holds runs where they are while paused, refuses entries, and goes on at resume", () => {
    const definition = journey({
      steps: {
        wait: { type: "wait", for: "PT1H", next: "second" },
        second: { type: "wait", for: "PT1H", next: "end" },
        end: { type: "exit" },
      },
    });
    const at = (version: number, status: "live" | "paused") => catalogOf({ version, journeys: [{ status, definition }] });
    const user = new TestUser(at(1, "live"));
    user.event(track("Go", START));
    user.catalog = at(2, "paused");
    user.sleep(START + 5 * HOUR);
    expect(user.nextDue).toBeUndefined();
    expect(user.steps).toEqual(["wait"]);
    user.event(track("Go", START + 5 * HOUR));
    expect(user.refusals).toEqual(["paused"]);
    user.catalog = at(3, "live");
    user.do({ type: "refresh", silent: true }, START + 6 * HOUR);
    expect(user.steps).toEqual(["wait", "second"]);
    expect(user.nextDue).toBe(START + 7 * HOUR);
  });

  it("ends every run of a stopped and of a deleted journey", () => {
    const definition = sendJourney();
    for (const journeys of [[{ status: "stopped" as const, definition }], []]) {
      const user = new TestUser(catalogOf({ journeys: [live(definition)] }));
      user.event(track("Go", START));
      user.catalog = catalogOf({ version: 2, journeys });
      user.do({ type: "refresh", silent: true }, START + MINUTE);
      expect(user.endings).toEqual(["stopped"]);
      expect(user.kinds("message").at(-1)).toMatchObject({ status: "skipped", reason: "stopped" });
      expect(user.event(track("Go", START + HOUR)).facts).toEqual([]);
      expect(user.nextDue).toBeUndefined();
    }
  });
});
