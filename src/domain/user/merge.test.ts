import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import { plainAttributes } from "./attributes.ts";
import { mergeIdOf, wantedMerges } from "./identity.ts";
import { handOver, targetOf } from "./merge.ts";
import type { Stimulus } from "./stimulus.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";
import type { UserKey } from "./user-key.ts";

const parts = {
  segments: [{ key: "twice", condition: { type: "event", event: "Visit", count: { operator: "at-least", value: 2 } } }],
  journeys: [
    { definition: journey({ frequency: { type: "once" } }) },
    { definition: journey({ key: "k", trigger: { type: "segment", segment: "twice", change: "enter" } }) },
  ],
};
const anonymous = (id = "x", now = START, catalog = catalogOf(parts)) => new TestUser(catalog, `a:${id}`, now);
const visit = (time: number, more: Partial<UserEvent> = {}) => track("Visit", time, more);
const importOf = (source: TestUser, target: UserKey = "u:u"): Extract<Stimulus, { type: "import" }> => ({
  type: "import",
  merge: mergeIdOf(source.state.user, target),
  from: source.state.user,
  profile: source.state.profile,
  events: source.history.all(),
  carried: handOver(source.state),
});
const freeze = (source: TestUser, target: UserKey = "u:u") =>
  source.do({ type: "freeze", merge: mergeIdOf(source.state.user, target), target });

describe("identity of users", () => {
  it("identify with both ids wants the anonymous history once; other calls do not", () => {
    const user = new TestUser(catalogOf());
    expect(user.event(track("X", START, { anonymousId: "x" })).merges).toEqual([]);
    expect(user.event(identify({}, START, { anonymousId: "x" })).merges).toEqual([{ merge: "a:x>u:u", from: "a:x" }]);
    expect(user.event(identify({}, START + 1, { anonymousId: "x" })).merges).toEqual([]);
    expect(wantedMerges(user.state)).toEqual([{ merge: "a:x>u:u", from: "a:x" }]);
  });

  it("alias merges known users only by a server key; by a write key it reads previousId as an anonymous id", () => {
    const alias = (key: "client" | "server") => ({ ...track("", START), type: "alias" as const, previousId: "old", key });
    const client = new TestUser(catalogOf());
    expect(client.event(alias("client")).merges.map(({ from }) => from)).toEqual(["a:old"]);
    const server = new TestUser(catalogOf());
    expect(server.event(alias("server")).merges.map(({ from }) => from)).toEqual(["u:old", "a:old"]);
    expect(wantedMerges(server.state)).toHaveLength(2);
  });

  it("records a refused merge and still takes the item", () => {
    const user = new TestUser(catalogOf());
    user.event({ ...track("", START), type: "alias", previousId: "u", key: "server" });
    expect(user.kinds("merged")).toMatchObject([{ from: "u:u", refused: "a user is not merged with itself" }]);
    expect(user.history.all()).toHaveLength(1);
  });
});

describe("freeze", () => {
  it("points the source at its target and lets nothing move there any more", () => {
    const source = anonymous();
    source.event(track("Go", START));
    const { nextDue, facts } = freeze(source);
    expect(nextDue).toBeUndefined();
    expect(facts).toMatchObject([{ kind: "user", movedTo: "u:u" }]);
    const { state } = source;
    expect(source.event(track("Go", START + HOUR)).state).toBe(state);
    expect(source.tick(START + DAY).facts).toEqual([]);
    expect(source.claim("m").claim.kind).toBe("no");
  });

  it("another user on the same device re-points it; the first user's merge said again does not point it back", () => {
    const source = anonymous();
    source.event(track("Go", START));
    freeze(source);
    freeze(source, "u:second");
    freeze(source);
    expect(source.state.meta.movedTo).toBe("u:second");
  });

  it("re-points later anonymous events only: what was received before belongs to whom the device was", () => {
    const source = anonymous();
    source.event(track("Go", START));
    expect(targetOf(source.state.meta, START)).toBeUndefined();
    source.now = START + HOUR;
    freeze(source, "u:1");
    source.now = START + 2 * HOUR;
    freeze(source, "u:2");
    source.now = START + 3 * HOUR;
    freeze(source, "u:3");
    const at = (hours: number) => targetOf(source.state.meta, START + hours * HOUR);
    expect([0, 1, 1.9, 2, 2.9, 3, 9].map(at)).toEqual(["u:1", "u:1", "u:1", "u:2", "u:2", "u:3", "u:3"]);
  });
});

describe("import", () => {
  it("counts anonymous history for segments; joins caused by the merge fire, past events do not", () => {
    const source = anonymous();
    source.event(visit(START));
    source.event(track("Go", START + 1));
    const target = new TestUser(catalogOf(parts), "u:u", START + HOUR);
    target.event(visit(START + HOUR));
    freeze(source);
    const import_ = { ...importOf(source), carried: { runs: {}, goals: [], entries: {}, open: {}, asks: {}, claims: {} } };
    target.do(import_);
    expect(target.segments).toEqual(["twice"]);
    expect(target.kinds("run-started")).toMatchObject([{ journey: "k" }]);
  });

  it("is idempotent by merge id", () => {
    const source = anonymous();
    for (const event of [visit(START), visit(START + 1), track("Go", START + 2)]) source.event(event);
    const target = new TestUser(catalogOf(parts));
    target.do(importOf(source), START + MINUTE);
    const { state } = target;
    const again = target.do(importOf(source));
    expect(again.state).toBe(state);
    expect(again.facts).toEqual([]);
    expect(wantedMerges(state)).toEqual([]);
    expect(state.profile.anonymousIds).toEqual({ x: "done" });
  });

  it("takes a long history in parts, and any part again", () => {
    const source = anonymous();
    for (let i = 0; i < 4; i++) source.event(visit(START + i));
    const whole = importOf(source);
    const { carried: _carried, ...plain } = whole;
    const target = new TestUser(catalogOf(parts), "u:u", START + HOUR);
    const first = { ...plain, events: whole.events.slice(0, 3), more: true };
    for (const part of [first, first, { ...whole, events: whole.events.slice(3) }, first]) target.do(part);
    expect(target.history.all()).toHaveLength(4);
    expect(target.kinds("merged")).toHaveLength(1);
  });

  it("keeps both users' runs, of the same journey and key the older; `once` means once also after a merge", () => {
    for (const sourceIsOlder of [true, false]) {
      const source = anonymous("x", START);
      source.event(track("Go", START + (sourceIsOlder ? 0 : MINUTE)));
      const target = new TestUser(catalogOf(parts));
      target.event(track("Go", START + (sourceIsOlder ? MINUTE : 0)));
      const older = sourceIsOlder ? source.runs[0]?.id : target.runs[0]?.id;
      target.do(importOf(source), START + 2 * MINUTE);
      expect(target.runs.map((run) => run.id)).toEqual([older]);
      expect(target.endings).toEqual(["merged"]);
      target.event(track("Go", START + DAY));
      expect(target.refusals).toEqual(["once"]);
    }
  });

  it("carries runs on with their waits and messages: what waited goes on waiting, what was queued is sent once", () => {
    const definition = sendJourney();
    const catalog = catalogOf({ journeys: [{ definition }] });
    const source = anonymous("x", START, catalog);
    source.event(track("Go", START));
    const id = source.messages[0] ?? "";
    const target = new TestUser(catalog);
    target.event(identify({ email: "a@b.c" }, START));
    freeze(source);
    target.do(importOf(source), START + MINUTE);
    target.accept(id);
    expect(target.nextDue).toBe(START + MINUTE + HOUR);
    target.sleep(START + DAY);
    expect(target.endings).toEqual(["exit-step"]);
  });

  it("exits a run by an event the other one brought along", () => {
    const catalog = catalogOf({ journeys: [{ definition: journey({ exit: { type: "event", event: "Order" } }) }] });
    const target = new TestUser(catalog);
    target.event(track("Go", START));
    const source = anonymous("x", START, catalog);
    source.event(track("Order", START + 1));
    target.do(importOf(source), START + MINUTE);
    expect(target.endings).toEqual(["exited"]);
  });

  it("a goal counts what the other one did within its window, also when the merge comes after it", () => {
    const goals = [{ key: "g", name: "G", condition: { type: "event", event: "Order" }, within: "P1D" }];
    const catalog = catalogOf({ journeys: [{ definition: journey({ goals }) }] });
    for (const [orderedAt, reached] of [
      [HOUR, 1],
      [DAY + 1, 0],
    ] as const) {
      const target = new TestUser(catalog);
      target.event(track("Go", START));
      const source = anonymous("x", START, catalog);
      source.event(track("Order", START + orderedAt));
      target.do(importOf(source), START + 2 * DAY);
      expect(target.kinds("goal")).toHaveLength(reached);
    }
  });

  it("a goal's instant that went by while the merge was under way is asked once: no alarm rings for it for ever", () => {
    const quiet = { type: "not", condition: { type: "event", event: "Visit", within: "PT1H", since: "ever" } };
    const goals = [{ key: "g", name: "G", condition: quiet, within: "PT2H" }];
    const catalog = catalogOf({ journeys: [{ definition: journey({ goals, steps: { wait: { type: "wait", for: "P9D" } } }) }] });
    const source = anonymous("x", START, catalog);
    source.event(visit(START));
    source.event(track("Go", START + 1));
    source.event(visit(START + 30 * MINUTE));
    freeze(source);
    const target = new TestUser(catalog);
    target.event(visit(START + 90 * MINUTE));
    const decision = target.do(importOf(source), START + 5 * HOUR);
    expect(decision.nextDue).toBeGreaterThan(START + 5 * HOUR);
    expect(target.state.goals).toHaveLength(1);
  });

  it("unites by last write, most restrictive consent and the older sampling id, in any sequence", () => {
    const make = (user: UserKey, now: number, plan: string): TestUser => {
      const one = new TestUser(catalogOf(), user, now);
      one.event(identify({ plan, [plan]: true }, now));
      return one;
    };
    const a = make("a:a", START + 1, "free");
    a.do({ type: "subscription", id: "s", topic: "offers", state: "opted-out" });
    a.do({ type: "tags", id: "t", add: ["x"], remove: [] });
    const b = make("a:b", START, "pro");
    b.do({ type: "suppress", channel: "email", reason: "bounced" });
    const results = [
      [a, b],
      [b, a],
    ].map((sources) => {
      const target = make("u:u", START + 5, "trial");
      target.do({ type: "subscription", id: "s", topic: "offers", state: "opted-in" }, START + HOUR);
      for (const source of sources) target.do(importOf(source), START + HOUR);
      return target.state.profile;
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toMatchObject({
      samplingId: "a:b",
      createdAt: START,
      subscriptions: { "topic:offers": { state: "opted-out" } },
      tags: { x: START + 1 },
      suppressions: { email: { reason: "bounced" } },
    });
    expect(plainAttributes(results[0]?.attributes ?? {})).toEqual({ free: true, pro: true, trial: true, plan: "trial" });
  });
});
