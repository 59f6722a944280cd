import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PublishedJourney } from "../catalog/catalog.ts";
import { neededVersions } from "./new-user.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const wait = (time: string, next?: string) => ({ type: "wait", for: time, ...(next !== undefined && { next }) });
const send = (next?: string) => ({ type: "send", channel: "email", template: "hello", ...(next !== undefined && { next }) });
const steps = (all: object, fields: object = {}) => journey({ start: Object.keys(all)[0] ?? "", steps: all, ...fields });
const begun = (definition: object) => {
  const user = new TestUser(catalogOf({ journeys: [{ definition }] }));
  user.event(identify({ email: "a@b.c" }, START));
  user.event(track("Go", START));
  return user;
};
/** Publishes version 2 for runs in flight, and lets the user learn of it at `now`. */
const moved = (user: TestUser, [old, next]: readonly [object, object], now: number, more: Partial<PublishedJourney> = {}) => {
  user.catalog = catalogOf({
    version: 2,
    journeys: [{ version: 2, moveTo: 2, definition: next, ...more }],
    pinned: [{ version: 1, definition: old }],
  });
  user.do({ type: "refresh", silent: true }, now);
  return user;
};
const standing = (user: TestUser) => user.runs.map(({ version, position }) => [version, position.at, position.step]);

describe("publishing changes: inFlight move", () => {
  const old = steps({ first: wait("P1D", "mail"), mail: send("last"), last: wait("P1D") });

  it("maps a waiting run by step id; a wait is recomputed from when it began", () => {
    const next = steps({ zero: wait("PT1M", "first"), first: wait("P2D", "mail"), mail: send() });
    const user = moved(begun(old), [old, next], START + HOUR);
    expect(standing(user)).toEqual([[2, "wait", "first"]]);
    expect(user.nextDue).toBe(START + 2 * DAY);
    expect(user.kinds("run-moved")).toMatchObject([{ from: 1, version: 2, step: "first", at: START + HOUR }]);
    expect(neededVersions(user.state)).toEqual(["j@2"]);
  });

  it("a wait that is over by the new version's word ends at once", () => {
    const next = steps({ first: wait("PT10M", "mail"), mail: send("last"), last: wait("P1D") });
    const user = moved(begun(old), [old, next], START + HOUR);
    expect(standing(user)).toEqual([[2, "send", "mail"]]);
    expect(user.kinds("message")).toMatchObject([{ version: 2, step: "mail" }]);
  });

  it("a removed step goes on with its old next, and with that one's where it is gone too", () => {
    const next = steps({ zero: wait("PT1M", "last"), last: wait("P3D") });
    const user = moved(begun(old), [old, next], START + HOUR);
    expect(standing(user)).toEqual([[2, "wait", "last"]]);
    expect(user.nextDue).toBe(START + HOUR + 3 * DAY);
    expect(user.kinds("run-moved")).toMatchObject([{ step: "first", to: "last" }]);
  });

  it("nothing left: exit with reason", () => {
    const user = moved(begun(old), [old, steps({ zero: wait("PT1M") })], START + HOUR);
    expect(user.endings).toEqual(["moved-nowhere"]);
    expect(user.runs).toEqual([]);
    const circle = steps({ a: wait("P1D", "b"), b: wait("P1D", "a") });
    expect(moved(begun(circle), [circle, steps({ zero: wait("PT1M") })], START + 1).endings).toEqual(["moved-nowhere"]);
  });

  it("a step that became another kind of step is taken anew; its message nobody claimed is dropped", () => {
    const before = steps({ one: send("end"), end: { type: "exit" } });
    const user = moved(begun(before), [before, steps({ one: wait("P1D") })], START + HOUR);
    expect(standing(user)).toEqual([[2, "wait", "one"]]);
    expect(user.kinds("message").at(-1)).toMatchObject({ status: "skipped", reason: "moved" });
  });

  it("a message on its way stays on its way: it is never sent twice", () => {
    const before = steps({ one: send("rest"), rest: wait("P1D") });
    const user = begun(before);
    const { claim } = user.claim(user.messages[0] ?? "");
    moved(user, [before, steps({ one: send("other"), other: wait("P2D") })], START + 1);
    user.do({
      type: "settled",
      message: user.messages[0] ?? "",
      attempt: claim.kind === "send" ? claim.attempt : 0,
      outcome: { kind: "accepted" },
    });
    expect(standing(user)).toEqual([[2, "wait", "other"]]);
    expect(user.messages).toHaveLength(1);
  });

  it("the new exit holds at once, and the old one no more", () => {
    const exit = (event: string) => steps({ first: wait("P1D") }, { exit: { type: "event", event } });
    const user = begun(exit("A"));
    user.event(track("B", START + 1));
    moved(user, [exit("A"), exit("B")], START + 2);
    expect(user.endings).toEqual(["exited"]);
    const other = moved(begun(exit("A")), [exit("A"), exit("B")], START + 2);
    other.event(track("A", START + 3));
    expect(other.runs).toHaveLength(1);
  });

  it("goals move along: open ones go on, new ones open, reached ones stay counted", () => {
    const goal = (key: string) => ({ key, name: key, condition: { type: "event", event: key }, within: "P7D" });
    const versions = [
      steps({ first: wait("P1D") }, { goals: [goal("a"), goal("b"), goal("c")] }),
      steps({ first: wait("P1D") }, { goals: [goal("a"), goal("b"), goal("d")] }),
    ] as const;
    const user = begun(versions[0]);
    user.event(track("a", START + 1));
    user.event(track("d", START + 2));
    moved(user, versions, START + 3);
    for (const [index, event] of ["a", "b", "c"].entries()) user.event(track(event, START + 4 + index));
    expect(user.kinds("goal")).toMatchObject([
      { goal: "a", version: 1 },
      { goal: "d", version: 2 },
      { goal: "b", version: 2 },
    ]);
  });

  it("users that slept through versions move straight to the newest that asked for it; a later stay leaves them there", () => {
    const two = steps({ first: wait("P2D") });
    const three = steps({ first: wait("P3D") });
    const user = begun(old);
    user.catalog = catalogOf({
      version: 3,
      journeys: [{ version: 3, moveTo: 2, definition: three }],
      pinned: [
        { version: 1, definition: old },
        { version: 2, definition: two },
      ],
    });
    user.do({ type: "refresh", silent: true }, START + HOUR);
    expect(standing(user)).toEqual([[2, "wait", "first"]]);
    expect(user.nextDue).toBe(START + 2 * DAY);
  });

  it("publishing without move leaves every run with its version", () => {
    const user = begun(old);
    user.catalog = catalogOf({
      version: 2,
      journeys: [{ version: 2, definition: steps({ zero: wait("PT1M") }) }],
      pinned: [{ version: 1, definition: old }],
    });
    user.do({ type: "refresh", silent: true }, START + HOUR);
    expect(standing(user)).toEqual([[1, "wait", "first"]]);
  });

  it("property: whatever the two versions are, a moved run stands on a step of the new one or has ended, and later waits or ends", () => {
    const keys = ["a", "b", "c", "d"] as const;
    const to = fc.option(fc.constantFrom(...keys), { nil: undefined });
    const step = fc.oneof(
      fc.tuple(fc.constantFrom("PT1H", "P1D", "P3D"), to).map(([time, next]) => wait(time, next)),
      to.map((next) => send(next)),
      fc
        .tuple(to, to)
        .map(([yes, otherwise]) => ({
          type: "branch",
          paths: [{ condition: { type: "tag", tag: "vip" }, next: yes ?? "a" }],
          ...(otherwise !== undefined && { otherwise }),
        })),
    );
    const version = fc.record({ a: step, b: step, c: step, d: step }).chain((all) => fc.subarray([...keys]).map((gone) => ({ all, gone })));
    fc.assert(
      fc.property(version, version, fc.integer({ min: 0, max: 3 * DAY }), (first, second, later) => {
        const before = steps(first.all);
        const left = Object.fromEntries(Object.entries(second.all).filter(([key]) => !second.gone.includes(key as (typeof keys)[number])));
        const after = steps({ ...left, z: wait("PT1H") }, { start: "z" });
        const user = begun(before);
        user.sleep(START + later);
        moved(user, [before, after], START + later);
        for (const { version: at, position } of user.runs)
          expect([at, [...Object.keys(left), "z"]]).toEqual([2, expect.arrayContaining([position.step])]);
        for (const message of user.messages) user.accept(message);
        user.sleep(START + 30 * DAY);
        for (const { position } of user.runs) expect(["send", "wait"]).toContain(position.at);
        // Publishing checks that every `next` exists; these versions do not.
        expect(user.endings.every((reason) => ["completed", "moved-nowhere", "step-limit", "missing-step"].includes(reason))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("moves a run of a paused journey and holds it there", () => {
    const next = steps({ zero: wait("PT1M", "last"), last: wait("P3D") });
    const user = moved(begun(old), [old, next], START + HOUR, { status: "paused" });
    expect(standing(user)).toEqual([[2, "step", "last"]]);
  });
});

describe("pausing and resuming", () => {
  const definition = steps({
    first: wait("PT1H", "mail"),
    mail: send("tagged"),
    tagged: { type: "tag", add: ["late"], next: "rest" },
    rest: wait("P1D"),
  });
  const paused = (user: TestUser, at: number) => {
    user.catalog = catalogOf({ version: user.catalog.document.version + 1, journeys: [{ status: "paused", pausedAt: at, definition }] });
    user.do({ type: "refresh", silent: true }, at);
  };
  const resumed = (user: TestUser, late: "go-on" | "skip" | "exit", [pausedAt, resumedAt]: readonly [number, number], now = resumedAt) => {
    user.catalog = catalogOf({
      version: user.catalog.document.version + 1,
      journeys: [{ resumed: { pausedAt, resumedAt, late }, definition }],
    });
    user.do({ type: "refresh", silent: true }, now);
  };
  const overdue = (late: "go-on" | "skip" | "exit", asleep = false) => {
    const user = begun(definition);
    if (!asleep) {
      paused(user, START + MINUTE);
      user.sleep(START + 2 * HOUR);
      expect(user.steps).toEqual(["first"]);
    }
    resumed(user, late, [START + MINUTE, START + 3 * HOUR]);
    return user;
  };

  it.each([false, true])("on resume, overdue steps go on (asleep meanwhile: %s)", (asleep) => {
    const user = overdue("go-on", asleep);
    expect(standing(user)).toEqual([[1, "send", "mail"]]);
  });

  it.each([false, true])("late: skip leaves out the overdue message and goes on (asleep meanwhile: %s)", (asleep) => {
    const user = overdue("skip", asleep);
    expect(standing(user)).toEqual([[1, "wait", "rest"]]);
    expect(user.messages).toEqual([]);
    expect(user.kinds("step-left").map((fact) => ("path" in fact ? fact.path : undefined))).toEqual([undefined, "late", undefined]);
  });

  it.each([false, true])("late: exit ends overdue runs (asleep meanwhile: %s)", (asleep) => {
    expect(overdue("exit", asleep).endings).toEqual(["late"]);
  });

  it.each(["skip", "exit"] as const)("late: %s leaves alone what was not overdue, or fell due in an earlier pause", (late) => {
    const early = begun(definition);
    paused(early, START + 1);
    resumed(early, late, [START + 1, START + MINUTE]);
    early.sleep(START + HOUR);
    expect(standing(early)).toEqual([[1, "send", "mail"]]);
    const before = begun(definition);
    paused(before, START + MINUTE);
    before.sleep(START + 2 * HOUR);
    resumed(before, late, [START + 5 * HOUR, START + 6 * HOUR]);
    expect(standing(before)).toEqual([[1, "send", "mail"]]);
  });

  it.each([
    ["go-on", "queued", undefined, "send"],
    ["skip", "skipped", "late", "wait"],
    ["exit", "skipped", "late", undefined],
  ] as const)("late: %s leaves a message that the pause held back %s", (late, status, reason, at) => {
    const user = begun(definition);
    user.sleep(START + HOUR);
    paused(user, START + HOUR);
    expect(user.claim(user.messages[0] ?? "").claim).toEqual({ kind: "no", reason: "paused" });
    resumed(user, late, [START + HOUR, START + 2 * HOUR]);
    expect(user.kinds("message").at(-1)).toMatchObject({ status, ...(reason !== undefined && { reason }) });
    expect(user.runs[0]?.position.at).toBe(at);
  });

  it("a paused journey still exits: an order stops the reminder", () => {
    const withExit = steps({ first: wait("PT1H", "mail"), mail: send() }, { exit: { type: "event", event: "Order" } });
    const user = begun(withExit);
    user.catalog = catalogOf({ version: 2, journeys: [{ status: "paused", definition: withExit }] });
    user.event(track("Order", START + MINUTE));
    expect(user.endings).toEqual(["exited"]);
  });
});

describe("stopping and deleting", () => {
  it.each(["stopped", "deleted"])("a %s journey ends every run and skips its messages, of users who slept too", (how) => {
    const definition = sendJourney();
    const user = begun(definition);
    user.catalog = catalogOf({ version: 2, journeys: how === "stopped" ? [{ status: "stopped", definition }] : [] });
    user.do({ type: "refresh", silent: true }, START + DAY);
    expect(user.endings).toEqual(["stopped"]);
    expect(user.kinds("message").at(-1)).toMatchObject({ status: "skipped", reason: "stopped" });
    expect(user.nextDue).toBeUndefined();
  });
});
