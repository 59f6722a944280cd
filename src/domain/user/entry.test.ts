import { describe, expect, it } from "vitest";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const user = (definition: object, more: object = {}) => new TestUser(catalogOf({ journeys: [{ definition }], ...more }));
const quick = (fields: object) => journey({ start: "end", steps: { end: { type: "exit" } }, ...fields });
const rich = { segments: [{ key: "rich", condition: { type: "attribute", path: "money", operator: "at-least", value: 5 } }] };
const onRich = { type: "segment", segment: "rich", change: "enter" };

describe("entry and frequency", () => {
  it("once means once ever, for new versions too", () => {
    const one = user(quick({ frequency: { type: "once" } }));
    one.event(track("Go", START));
    one.catalog = catalogOf({ version: 2, journeys: [{ version: 2, definition: quick({ frequency: { type: "once" } }) }] });
    one.event(track("Go", START + DAY));
    expect(one.kinds("run-started")).toHaveLength(1);
    expect(one.refusals).toEqual(["once"]);
  });

  it("every-time on an event means every event, side by side, at most 100 live ones", () => {
    const many = user(journey({}));
    for (let i = 0; i < 101; i++) many.event(track("Go", START + i));
    expect(many.runs).toHaveLength(100);
    expect(many.refusals).toEqual(["too-many-runs"]);
  });

  it("oneAtATime lets one run live", () => {
    const one = user(journey({ frequency: { type: "every-time", oneAtATime: true } }));
    one.event(track("Go", START));
    one.event(track("Go", START + MINUTE));
    expect(one.refusals).toEqual(["already-in-run"]);
    one.event(track("Go", START + 2 * HOUR));
    expect(one.runs).toHaveLength(1);
  });

  it("starts one live run per key value, and counts per key", () => {
    const keyed = user(journey({ trigger: { type: "event", event: "Go", key: "properties.cart" }, frequency: { type: "once" } }));
    const go = (cart: string | number | undefined, time: number) =>
      keyed.event(track("Go", time, { properties: cart === undefined ? {} : { cart } }));
    go("a", START);
    go("a", START + 1);
    go(7, START + 2);
    go("7", START + 3);
    go(undefined, START + 4);
    go("a", START + 2 * HOUR);
    expect(keyed.kinds("run-started")).toMatchObject([{ key: "a" }, { key: "7" }]);
    expect(keyed.refusals).toEqual(["already-in-run", "already-in-run", "no-key", "once"]);
  });

  it("counters are per user, journey and key, and survive new versions: interval and limit of each key value by itself", () => {
    const definition = (fields: object) =>
      quick({ trigger: { type: "event", event: "Go", key: "properties.cart" }, frequency: { type: "interval", every: "P1D" }, ...fields });
    const keyed = user(definition({}));
    const go = (cart: string, time: number) => keyed.event(track("Go", time, { properties: { cart } }));
    go("a", START);
    go("b", START + HOUR);
    keyed.catalog = catalogOf({ version: 2, journeys: [{ version: 2, definition: definition({ name: "K" }) }] });
    go("a", START + DAY - 1);
    go("b", START + DAY);
    go("a", START + DAY);
    expect(keyed.refusals).toEqual(["interval", "interval"]);
    expect(keyed.kinds("run-started")).toMatchObject([{ key: "a" }, { key: "b" }, { key: "a", version: 2 }]);
    const limited = user(definition({ frequency: { type: "every-time", limit: { count: 1, per: "P1D" } } }));
    for (const [cart, time] of [
      ["a", 0],
      ["b", 1],
      ["a", 2],
      ["a", DAY + 1],
    ] as const)
      limited.event(track("Go", START + time, { properties: { cart } }));
    expect(limited.refusals).toEqual(["limit"]);
  });

  it("with a key: one live run per key value, though the frequency lets in every time", () => {
    const keyed = user(journey({ trigger: { type: "event", event: "Go", key: "properties.cart" } }));
    for (const [index, cart] of ["a", "a", "b"].entries()) keyed.event(track("Go", START + index, { properties: { cart } }));
    expect(keyed.runs.map((run) => run.key)).toEqual(["a", "b"]);
    expect(keyed.refusals).toEqual(["already-in-run"]);
  });

  it("a refused entry counts for nothing: neither once nor the interval nor the limit is used up", () => {
    for (const frequency of [
      { type: "once" },
      { type: "interval", every: "P1D" },
      { type: "every-time", limit: { count: 1, per: "P1D" } },
    ]) {
      const picky = user(quick({ frequency, audience: { type: "tag", tag: "in" } }));
      picky.event(track("Go", START));
      picky.do({ type: "tags", id: "t", add: ["in"], remove: [] });
      picky.event(track("Go", START + 1));
      expect(picky.refusals).toEqual(["audience"]);
      expect(picky.kinds("run-started")).toHaveLength(1);
    }
  });

  it("every-time without a key: every call, attribute change and message starts a run beside a live one, a segment one at a time", () => {
    const calls = user(journey({ trigger: { type: "api" } }));
    for (const id of ["1", "2"]) calls.do({ type: "enter", id, journey: "j" });
    expect(calls.runs).toHaveLength(2);
    const changes = user(journey({ trigger: { type: "attribute", path: "plan" } }));
    for (const plan of ["a", "b"]) changes.event(identify({ plan }, START));
    expect(changes.runs).toHaveLength(2);
  });

  it("100 side by side, then refused with the reason, by call too", () => {
    const many = user(journey({ trigger: { type: "api" } }));
    for (let index = 0; index < 102; index++) many.do({ type: "enter", id: String(index), journey: "j" });
    expect(many.runs).toHaveLength(100);
    expect(many.refusals).toEqual(["too-many-runs", "too-many-runs"]);
  });

  it.each([{ type: "api" }, { type: "page" }, { type: "event", event: "Go", key: "properties.cart" }])(
    "onRetrigger restart starts the live run over, whatever started it: %j",
    (trigger) => {
      const again = user(journey({ trigger: { ...trigger, onRetrigger: "restart" }, frequency: { type: "interval", every: "P1D" } }));
      for (const [index, at] of [START, START + MINUTE].entries())
        again.do({ type: "enter", id: String(index), journey: "j", properties: { cart: "a" } }, at);
      expect(again.endings).toEqual(["restarted"]);
      expect(again.nextDue).toBe(START + MINUTE + HOUR);
      expect(again.refusals).toEqual([]);
    },
  );

  it("joins caused by a backfill are silent unless includeCurrent, which takes in present members once", () => {
    const catalog = (version: number, includeCurrent: boolean) =>
      catalogOf({ version, ...rich, journeys: [{ version, definition: quick({ trigger: { ...onRich, includeCurrent } }) }] });
    const silent = new TestUser(catalogOf());
    silent.event(identify({ money: 9 }, START));
    silent.catalog = catalog(2, false);
    silent.do({ type: "refresh", silent: true }, START + 1);
    expect(silent.segments).toEqual(["rich"]);
    expect(silent.kinds("run-started")).toEqual([]);
    silent.catalog = catalog(3, true);
    for (const time of [2, 3]) silent.do({ type: "refresh", silent: true, enter: ["j"] }, START + time);
    expect(silent.kinds("run-started")).toMatchObject([{ at: START + 2, version: 3 }]);
  });

  it("restarts a live run with onRetrigger restart, as the same entry", () => {
    const restarted = user(
      sendJourney({
        trigger: { type: "event", event: "Go", onRetrigger: "restart" },
        frequency: { type: "once" },
        goals: [{ key: "g", name: "G", condition: { type: "event", event: "Won" } }],
      }),
    );
    restarted.event(track("Go", START));
    restarted.event(track("Go", START + MINUTE));
    expect(restarted.endings).toEqual(["restarted"]);
    expect(restarted.runs).toHaveLength(1);
    expect(new Set(restarted.messages).size).toBe(2);
    expect(restarted.kinds("message")).toMatchObject([
      { status: "queued" },
      { status: "skipped", reason: "restarted" },
      { status: "queued" },
    ]);
    restarted.event(track("Won", START + HOUR));
    expect(restarted.kinds("goal")).toHaveLength(1);
    expect(restarted.state.entries["j"]?.count).toBe(1);
  });

  it("a segment trigger fires on joining, again on the next join, and on leaving where it says so", () => {
    const joins = user(quick({ trigger: onRich }), rich);
    const leaves = user(quick({ trigger: { ...onRich, change: "leave" } }), rich);
    for (const one of [joins, leaves]) for (const [index, money] of [9, 1, 8, 7].entries()) one.event(identify({ money }, START + index));
    expect(joins.kinds("run-started").map((fact) => fact.at - START)).toEqual([0, 2]);
    expect(leaves.kinds("run-started").map((fact) => fact.at - START)).toEqual([1]);
  });

  it("a segment trigger lets one run live", () => {
    const one = user(journey({ trigger: onRich }), rich);
    for (const [index, money] of [9, 1, 8].entries()) one.event(identify({ money }, START + index));
    expect(one.runs).toHaveLength(1);
    expect(one.refusals).toEqual(["already-in-run"]);
  });

  it("interval: at most one entry per interval, its clock starting at entry", () => {
    const interval = user(quick({ frequency: { type: "interval", every: "P1D" } }));
    for (const time of [START, START + DAY - 1, START + DAY]) interval.event(track("Go", time));
    expect(interval.kinds("run-started").map((fact) => fact.at - START)).toEqual([0, DAY]);
    expect(interval.refusals).toEqual(["interval"]);
  });

  it("interval on a segment: entered again each interval while the segment holds, and at the next join after that", () => {
    const again = user(quick({ trigger: onRich, frequency: { type: "interval", every: "P1D" } }), rich);
    again.event(identify({ money: 9 }, START));
    again.sleep(START + 2 * DAY + HOUR);
    again.event(identify({ money: 1 }, START + 2 * DAY + HOUR));
    again.sleep(START + 5 * DAY);
    expect(again.nextDue).toBeUndefined();
    again.event(identify({ money: 9 }, START + 5 * DAY));
    expect(again.kinds("run-started").map((fact) => (fact.at - START) / DAY)).toEqual([0, 1, 2, 5]);
  });

  it("interval on a segment: one that joins again within the interval is entered when it comes round", () => {
    const again = user(quick({ trigger: onRich, frequency: { type: "interval", every: "P1D" } }), rich);
    for (const [index, money] of [9, 1, 9].entries()) again.event(identify({ money }, START + index * HOUR));
    again.sleep(START + DAY);
    expect(again.refusals).toEqual(["interval"]);
    expect(again.kinds("run-started").map((fact) => (fact.at - START) / DAY)).toEqual([0, 1]);
  });

  it("limit: at most so many entries in the window", () => {
    const limited = user(quick({ frequency: { type: "every-time", limit: { count: 2, per: "P1D" } } }));
    for (const time of [0, HOUR, 2 * HOUR, DAY]) limited.event(track("Go", START + time));
    expect(limited.kinds("run-started").map((fact) => fact.at - START)).toEqual([0, HOUR, DAY]);
    expect(limited.refusals).toEqual(["limit"]);
  });

  it("asks the audience at entry and records the refusal with what decided", () => {
    const picky = user(journey({ audience: { type: "attribute", path: "plan", operator: "equals", value: "pro" } }));
    picky.event(track("Go", START));
    expect(picky.refusals).toEqual(["audience"]);
    picky.event(identify({ plan: "pro" }, START + 1));
    picky.event(track("Go", START + 2));
    expect(picky.runs).toHaveLength(1);
  });

  it("fires a welcome at first contact: the first event's joins are no backfill", () => {
    const welcome = user(quick({ trigger: { type: "segment", segment: "all", change: "enter" } }), {
      segments: [{ key: "all", condition: { type: "everyone" } }],
    });
    welcome.event(track("Anything", START));
    expect(welcome.kinds("run-started")).toHaveLength(1);
  });
});

describe("exit and goals", () => {
  const exits = { exit: { type: "event", event: "Order" } };

  it("a late order still stops the reminder, however old it is", () => {
    const one = user(journey({ ...exits, steps: { wait: { type: "wait", for: "P30D", next: "end" }, end: { type: "exit" } } }));
    one.event(track("Go", START));
    one.event(track("Order", START + HOUR, { receivedAt: START + 20 * DAY }));
    expect(one.endings).toEqual(["exited"]);
    const before = user(journey(exits));
    before.event(track("Go", START));
    before.event(track("Order", START - 1, { receivedAt: START + MINUTE }));
    expect(before.runs).toHaveLength(1);
  });

  it("is effective at once wherever the user stands", () => {
    const waiting = user(journey(exits));
    waiting.event(track("Go", START));
    waiting.event(track("Order", START + MINUTE));
    expect(waiting.endings).toEqual(["exited"]);
    expect(waiting.nextDue).toBeUndefined();
  });

  it("drops the run's unclaimed message as skipped: exited", () => {
    const sending = user(sendJourney(exits));
    sending.event(track("Go", START));
    sending.event(identify({ email: "a@b.c" }, START + 1));
    sending.event(track("Order", START + MINUTE));
    expect(sending.kinds("message").at(-1)).toMatchObject({ status: "skipped", reason: "exited" });
    expect(sending.claim(sending.messages[0] ?? "").claim.kind).toBe("no");
  });

  it("wins over a wait that is due at the same instant, by event and by time", () => {
    const byEvent = user(journey(exits));
    byEvent.event(track("Go", START));
    byEvent.event(track("Order", START + HOUR));
    expect(byEvent.steps).toEqual(["wait"]);
    expect(byEvent.endings).toEqual(["exited"]);
    const byTime = user(journey({ exit: { type: "not", condition: { type: "event", event: "Go", within: "PT1H", since: "ever" } } }));
    byTime.event(track("Go", START));
    byTime.sleep(START + HOUR);
    expect(byTime.steps).toEqual(["wait"]);
    expect(byTime.endings).toEqual(["exited"]);
  });

  it("counts events from the trigger's own time on, it not included", () => {
    const self = user(journey({ exit: { type: "event", event: "Go" }, frequency: { type: "once" } }));
    self.event(track("Order", START - 1));
    self.event(track("Go", START));
    expect(self.runs).toHaveLength(1);
    self.event(track("Go", START + 1));
    expect(self.endings).toEqual(["exited"]);
  });

  it("does not enter where the exit is already true, also by an event that arrived before its trigger", () => {
    const late = user(journey(exits));
    late.event(track("Order", START + MINUTE));
    late.event(track("Go", START, { receivedAt: START + HOUR }));
    expect(late.refusals).toEqual(["exit-already-true"]);
    const attribute = user(journey({ exit: { type: "attribute", path: "done", operator: "equals", value: true } }));
    attribute.event(identify({ done: true }, START));
    attribute.event(track("Go", START + 1));
    expect(attribute.refusals).toEqual(["exit-already-true"]);
  });

  it("matches the same key in keyed journeys", () => {
    const keyed = user(journey({ ...exits, trigger: { type: "event", event: "Go", key: "properties.cart" } }));
    for (const cart of ["a", "b"]) keyed.event(track("Go", START, { properties: { cart } }));
    keyed.event(track("Order", START + 1, { properties: { cart: "a" } }));
    keyed.event(track("Order", START + 2, { properties: {} }));
    expect(keyed.runs.map((run) => run.key)).toEqual(["b"]);
  });

  const goals = (within?: string) => ({
    goals: [{ key: "ordered", name: "Ordered", condition: { type: "event", event: "Order" }, ...(within !== undefined && { within }) }],
  });

  it("counts a goal at most once per run and never ends the run", () => {
    const one = user(journey(goals()));
    one.event(track("Go", START));
    for (const time of [1, 2]) one.event(track("Order", START + time));
    expect(one.kinds("goal")).toMatchObject([{ goal: "ordered", at: START + 1 }]);
    expect(one.runs).toHaveLength(1);
  });

  it("counts a goal also after the run ended, within its window only", () => {
    for (const [time, counted] of [
      [2 * DAY, 1],
      [7 * DAY + 1, 0],
    ] as const) {
      const one = user(journey(goals("P7D")));
      one.event(track("Go", START));
      one.sleep(START + DAY);
      expect(one.runs).toEqual([]);
      one.event(track("Order", START + time));
      expect(one.kinds("goal")).toHaveLength(counted);
    }
  });

  it("counts a goal by event time: one reached in time counts though it is told late", () => {
    const one = user(journey(goals("P7D")));
    one.event(track("Go", START));
    one.event(track("Order", START + 6 * DAY, { receivedAt: START + 8 * DAY }));
    expect(one.kinds("goal")).toHaveLength(1);
    const before = user(journey(goals("P7D")));
    before.event(track("Order", START + MINUTE));
    before.event(track("Go", START, { receivedAt: START + HOUR }));
    expect(before.kinds("goal")).toHaveLength(1);
  });

  it("lets go of goals whose window is long over", () => {
    const one = user(quick(goals("P1D")));
    one.event(track("Go", START));
    one.event(track("Other", START + 5 * DAY));
    expect(one.state.goals).toEqual([]);
  });
});
