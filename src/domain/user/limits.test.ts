import { describe, expect, it } from "vitest";
import type { Fact } from "./facts.ts";
import { limits } from "./limits.ts";
import { handOver } from "./merge.ts";
import { catalogOf, DAY, HOUR, identify, journey, START, TestUser, track } from "./user-kit.test-suite.ts";

const refused = (user: TestUser): readonly Extract<Fact, { kind: "refused" }>[] => user.facts.filter((fact) => fact.kind === "refused");

describe("what one user may hold", () => {
  it("attributes beyond the bound are refused and told; the rest of the call counts, and what is there may shrink", () => {
    const user = new TestUser(catalogOf());
    for (let i = 0; i < 10; i++) user.event(identify({ [`k${i}`]: "x".repeat(30_000) }, START + i));
    const size = JSON.stringify(user.state.profile.attributes).length;
    expect(size).toBeLessThan(limits.attributeCharacters + 1_000);
    expect(refused(user).map(({ what, names }) => [what, ...names])).toEqual(
      ["k4", "k5", "k6", "k7", "k8", "k9"].map((name) => ["attributes", name]),
    );
    user.event(identify({ plan: "pro", k4: "y".repeat(30_000) }, START + 20));
    expect(user.state.profile.attributes).toMatchObject({ plan: { value: "pro" } });
    user.event(identify({ k0: null }, START + 21));
    user.event(identify({ k4: "y".repeat(20_000) }, START + 22));
    expect(Object.keys(user.state.profile.attributes)).toContain("k4");
    expect(user.history.all()).toHaveLength(13);
  });

  it("removals of names nobody had are bounded too", () => {
    const user = new TestUser(catalogOf());
    for (let call = 0; call < 8; call++)
      user.event(identify(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`gone-${call}-${i}`, null])), START + call));
    expect(JSON.stringify(user.state.profile.attributes).length).toBeLessThan(limits.attributeCharacters + 1_000);
    expect(refused(user).at(-1)?.names.at(-1)).toBe("and 980 more");
  });

  it("tags", () => {
    const user = new TestUser(catalogOf());
    const tags = Array.from({ length: limits.tags + 5 }, (_, i) => `t${i}`);
    user.do({ type: "tags", id: "1", add: tags, remove: [] });
    expect(Object.keys(user.state.profile.tags)).toHaveLength(limits.tags);
    expect(refused(user)).toMatchObject([{ what: "tags", names: tags.slice(-5) }]);
    user.do({ type: "tags", id: "2", add: ["t1004"], remove: ["t0"] });
    user.do({ type: "tags", id: "3", add: ["t1004"], remove: [] });
    expect(user.state.profile.tags).toHaveProperty("t1004");
  });

  it("what a merge cannot bring along is told once, however often a part of the import comes", () => {
    const source = new TestUser(catalogOf(), "a:dev");
    const target = new TestUser(catalogOf());
    source.do({ type: "tags", id: "1", add: Array.from({ length: 10 }, (_, i) => `s${i}`), remove: [] });
    target.do({ type: "tags", id: "1", add: Array.from({ length: limits.tags - 3 }, (_, i) => `t${i}`), remove: [] });
    for (let i = 0; i < 4; i++) {
      source.event(identify({ [`s${i}`]: "x".repeat(30_000) }, START + i));
      target.event(identify({ [`t${i}`]: "x".repeat(30_000) }, START + i));
    }
    const part = { type: "import", merge: "a:dev>u:u", from: "a:dev", profile: source.state.profile, events: [] } as const;
    target.do({ ...part, more: true });
    target.do({ ...part, more: true });
    target.do({ ...part, carried: handOver(source.state) });
    expect(Object.keys(target.state.profile.tags)).toHaveLength(limits.tags);
    expect(refused(target).map(({ what, names }) => [what, ...names])).toEqual([
      ["attributes", "s0", "s1", "s2", "s3"],
      ["tags", "s3", "s4", "s5", "s6", "s7", "s8", "s9"],
    ]);
  });

  it("anonymous ids: further ones stay users of their own, and it is told", () => {
    const user = new TestUser(catalogOf());
    for (let i = 0; i < limits.merges + 3; i++) user.event(identify({}, START + i, { anonymousId: `dev${i}` }));
    expect(Object.keys(user.state.profile.anonymousIds)).toHaveLength(limits.merges);
    expect(user.kinds("merged")).toHaveLength(3);
    expect(user.kinds("merged")[0]).toMatchObject({ from: "a:dev500", refused: "a user may take in 500 others" });
  });

  it("a device that ever more users sign in on remembers a bounded number of merges", () => {
    const device = new TestUser(catalogOf(), "a:kiosk");
    device.event(track("Seen", START));
    for (let i = 0; i < limits.merges + 50; i++) device.do({ type: "freeze", merge: `a:kiosk>u:${i}`, target: `u:${i}` }, START + i);
    expect(Object.keys(device.state.meta.merges)).toHaveLength(limits.merges);
    expect(device.state.meta.movedTo).toBe("u:549");
  });

  it("live runs of a journey with a key, over all key values", () => {
    const keyed = journey({ trigger: { type: "event", event: "Go", key: "properties.cart" } });
    const user = new TestUser(catalogOf({ journeys: [{ definition: keyed }] }));
    for (let i = 0; i < limits.keyedRuns + 2; i++) user.event(track("Go", START + i, { properties: { cart: `c${i}` } }));
    expect(user.runs).toHaveLength(limits.keyedRuns);
    expect(user.refusals).toEqual(["too-many-runs", "too-many-runs"]);
  });

  it("counters of entries by key: those entered longest ago are forgotten, hundreds of the newest never", () => {
    const once = journey({
      trigger: { type: "event", event: "Go", key: "properties.cart" },
      frequency: { type: "once" },
      start: "end",
      steps: { end: { type: "exit" } },
    });
    const user = new TestUser(catalogOf({ journeys: [{ definition: once }] }));
    const go = (cart: number, at: number): void => void user.event(track("Go", START + at, { properties: { cart: `c${cart}` } }));
    for (let i = 0; i < 1_500; i++) {
      go(i, i);
      expect(Object.keys(user.state.entries).length).toBeLessThanOrEqual(1_000);
    }
    for (let i = 700; i < 1_500; i++) go(i, 2_000 + i);
    expect(user.refusals).toHaveLength(800);
    expect(new Set(user.refusals)).toEqual(new Set(["once"]));
  });

  it("what started the live runs of all journeys together", () => {
    const journeys = Array.from({ length: 4 }, (_, n) => ({
      definition: journey({ key: `j${n}`, trigger: { type: "event", event: "Go", key: "properties.cart" } }),
    }));
    const user = new TestUser(catalogOf({ journeys }));
    const blob = "x".repeat(30_000);
    for (let i = 0; i < 80; i++) user.event(track("Go", START + i, { properties: { cart: `c${i}`, blob } }));
    expect(user.runs.length).toBeLessThan(270);
    expect(new Set(user.refusals)).toEqual(new Set(["too-many-runs"]));
    user.sleep(START + DAY);
    user.event(track("Go", START + DAY, { properties: { cart: "d", blob } }));
    expect(user.runs).toHaveLength(4);
  });

  it("what many users that become one bring together: runs, goals and questions", () => {
    const goals = [{ key: "g", name: "G", condition: { type: "event", event: "Order" } }];
    const call = { call: { type: "webhook", url: "https://example.com/", body: "{{ trigger.properties.blob }}", timeout: "PT1H" } };
    const journeys = [
      { definition: journey({ goals }) },
      { definition: journey({ key: "k", trigger: { type: "event", event: "Call" }, start: "call", steps: call }) },
    ];
    const catalog = catalogOf({ journeys });
    const target = new TestUser(catalog);
    target.event(track("Seen", START));
    for (let n = 0; n < 8; n++) {
      const source = new TestUser(catalog, `a:${n}`);
      for (let i = 0; i < 100; i++) source.event(track("Go", START + n + i * 10));
      source.sleep(START + n + 2 * HOUR);
      for (let i = 0; i < 100; i++) source.event(track("Go", START + 2 * HOUR + n + i * 10));
      for (let i = 0; i < 6; i++) source.event(track("Call", START + 2 * HOUR + 2_000 + i, { properties: { blob: "x".repeat(10_000) } }));
      const { profile } = source.state;
      target.do(
        { type: "import", merge: `a:${n}>u:u`, from: `a:${n}`, profile, events: source.history.all(), carried: handOver(source.state) },
        START + 2 * HOUR + 3_000,
      );
    }
    expect(target.runs.filter((run) => run.journey === "j")).toHaveLength(100);
    expect(target.state.goals.length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(target.state.asks).length).toBeLessThanOrEqual(200_000);
    expect(target.endings.filter((reason) => reason === "merged")).toHaveLength(700);
    // Whose question found no room goes on when its time is over; nobody is left behind.
    target.sleep(START + 12 * HOUR);
    expect(target.runs).toEqual([]);
  });

  it("reasons keep the beginning of a long value", () => {
    const condition = { type: "attribute", path: "blob", operator: "exists" };
    const user = new TestUser(catalogOf({ segments: [{ key: "s", condition }] }));
    user.event(identify({ blob: "y".repeat(31_000) }, START));
    expect(user.segments).toEqual(["s"]);
    expect(JSON.stringify(user.kinds("segment-entered")).length).toBeLessThan(1_000);
  });
});
