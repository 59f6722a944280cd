import { describe, expect, it } from "vitest";
import { compileCatalog } from "../catalog/compile.ts";
import { historyName, type UserEvent } from "../event/event.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { UserState } from "../user/state.ts";
import type { Condition } from "./conditions/all.ts";
import { CountingHistory } from "./counting-history.test-suite.ts";
import { nextMembershipChange, type Touched, updateMemberships } from "./members.ts";
import { segmentSchema } from "./segment.ts";
import { adoptTallies } from "./adoption.ts";
import { recordMatches } from "./tallies.ts";

const DAY = 86_400_000;
const catalogOf = (conditions: Readonly<Record<string, Condition>>, version = 1) =>
  compileCatalog({
    workspace: "w",
    version,
    timezone: "UTC",
    name: "W",
    journeys: [],
    templates: [],
    providers: [],
    segments: Object.entries(conditions).map(([key, condition]) =>
      segmentSchema.parse({ key, name: key, kind: "dynamic", condition: JSON.parse(JSON.stringify(condition)) as unknown }),
    ),
  });
const track = (id: string, event: string, time: number, properties = {}): UserEvent => ({
  id,
  type: "track",
  event,
  properties,
  time,
  receivedAt: time,
  index: 0,
  key: "client",
});

/** A user whose memberships are kept as decide keeps them. */
const userWith = (conditions: Readonly<Record<string, Condition>>) => {
  const catalog = catalogOf(conditions);
  const history = new CountingHistory(new MemoryHistory());
  let state: UserState = newUser("w", "u:1", 0);
  const update = (touched: Touched, now: number) => {
    const result = updateMemberships(state, touched, { catalog, history, now });
    state = { ...state, memberships: result.memberships };
    return result.changes.map(({ segment, member }) => `${member ? "+" : "-"}${segment}`);
  };
  return {
    update,
    history,
    track: (event: UserEvent, now = event.time) => {
      state = adoptTallies(state, { catalog, history });
      history.append(event);
      recordMatches(event, { catalog, history });
      return update({ eventName: historyName(event) }, now);
    },
    state: () => state,
    tag: (tag: string) => {
      state = { ...state, profile: { ...state.profile, tags: { ...state.profile.tags, [tag]: 1 } } };
    },
  };
};

describe("updateMemberships", () => {
  it("asks only the segments that depend on what was touched, and answers the same reference when nothing changed", () => {
    const user = userWith({ buyer: { type: "event", event: "Bought" }, vip: { type: "tag", tag: "vip" } });
    const before = user.state().memberships;
    expect(user.track(track("1", "Viewed", 10))).toEqual([]);
    expect(user.state().memberships).toBe(before);
    expect(user.history.rowsRead).toBe(0);
    expect(user.track(track("2", "Bought", 20))).toEqual(["+buyer"]);
    const member = user.state().memberships;
    expect(user.track(track("3", "Bought", 30))).toEqual([]);
    expect(user.state().memberships).toBe(member);
    user.tag("vip");
    expect(user.update({ tags: ["vip"] }, 40)).toEqual(["+vip"]);
  });

  it("asks nested segments first, and those that depend on a changed one in the same go", () => {
    const user = userWith({
      both: {
        type: "and",
        conditions: [{ type: "segment", segment: "neither" } as Condition, { type: "segment", segment: "buyer" } as Condition],
      },
      neither: { type: "not", condition: { type: "segment", segment: "tagged" } as Condition },
      tagged: { type: "tag", tag: "x" },
      buyer: { type: "event", event: "Bought" },
    });
    expect(user.update({ all: true }, 1)).toEqual(["+neither"]);
    expect(user.track(track("1", "Bought", 2))).toEqual(["+buyer", "+both"]);
    user.tag("x");
    expect(user.update({ tags: ["x"] }, 3)).toEqual(["+tagged", "-neither", "-both"]);
  });

  it("flips by time at the exact instant, without any event", () => {
    const user = userWith({
      lapsed: { type: "not", condition: { type: "event", event: "Seen", within: "P30D" } as Condition },
      active: { type: "event", event: "Seen", within: "P30D" },
    });
    expect(user.update({ all: true }, 0)).toEqual(["+lapsed"]);
    expect(user.track(track("1", "Seen", 1000))).toEqual(["-lapsed", "+active"]);
    const due = 1000 + 30 * DAY;
    expect(nextMembershipChange(user.state().memberships)).toBe(due);
    expect(user.update({ due: due - 1 }, due - 1)).toEqual([]);
    expect(user.update({ due }, due)).toEqual(["+lapsed", "-active"]);
    expect(nextMembershipChange(user.state().memberships)).toBeUndefined();
    expect(user.state().memberships["active"]).toBeUndefined();
  });

  it("keeps an earlier next change rather than write with every event, and asks again then", () => {
    const user = userWith({ active: { type: "event", event: "Seen", within: "P1D" } });
    user.track(track("1", "Seen", 0));
    const kept = user.state().memberships;
    expect(user.track(track("2", "Seen", 5000))).toEqual([]);
    expect(user.state().memberships).toBe(kept);
    expect(user.update({ due: DAY }, DAY)).toEqual([]);
    expect(nextMembershipChange(user.state().memberships)).toBe(DAY + 5000);
    expect(user.update({ due: DAY + 5000 }, DAY + 5000)).toEqual(["-active"]);
  });

  it("segments, tags and attributes may bear the names of built-in fields", () => {
    const hasNoName: Condition = { type: "attribute", path: "toString", operator: "not-equals", value: "x", for: "PT1S" };
    const user = userWith({
      ["constructor"]: hasNoName,
      inside: {
        type: "or",
        conditions: [{ type: "segment", segment: "constructor" } as Condition, { type: "tag", tag: "valueOf" } as Condition],
      },
    });
    expect(user.update({ all: true }, 500)).toEqual([]);
    expect(user.update({ due: 1000 }, 1000)).toEqual(["+constructor", "+inside"]);
  });

  it("leaves a segment that was deleted, and takes up a new one", () => {
    const history = new MemoryHistory();
    const state = newUser("w", "u:1", 0);
    const first = updateMemberships(state, { all: true }, { catalog: catalogOf({ old: { type: "everyone" } }), history, now: 1 });
    const second = updateMemberships(
      { ...state, memberships: first.memberships },
      { all: true },
      { catalog: catalogOf({ fresh: { type: "everyone" } }, 2), history, now: 2 },
    );
    expect(second.changes).toEqual([
      { segment: "old", member: false, because: { clause: "the segment was deleted" } },
      { segment: "fresh", member: true, because: { clause: "everyone" } },
    ]);
  });

  it("says why, in words and with the value that decided", () => {
    const { changes } = updateMemberships(
      {
        ...newUser("w", "u:1", 0),
        profile: { ...newUser("w", "u:1", 0).profile, attributes: { plan: { value: "pro", order: [1, 1, 0] } } },
      },
      { attributes: ["plan"] },
      {
        catalog: catalogOf({ pro: { type: "attribute", path: "plan", operator: "one-of", value: ["pro", "team"] } }),
        history: new MemoryHistory(),
        now: 2,
      },
    );
    expect(changes).toEqual([{ segment: "pro", member: true, because: { clause: 'plan one-of ["pro","team"]', value: "pro" } }]);
  });
});

describe("reads do not grow with history", () => {
  const conditions: Readonly<Record<string, Condition>> = {
    once: { type: "event", event: "Bought" },
    many: { type: "event", event: "Bought", count: { operator: "exactly", value: 3 }, within: "P7D" },
    big: {
      type: "event",
      event: "Bought",
      where: [{ path: "properties.total", operator: "at-least", value: 50 }],
      count: { operator: "greater-than", value: 2 },
    },
    any: { type: "event", event: "B*", count: { operator: "at-most", value: 2 }, within: "P1D" },
  };
  it.each([10, 100, 10_000])("after %i events: at most threshold + 1 rows for each condition", (past) => {
    const user = userWith(conditions);
    for (let n = 0; n < past; n++) user.track(track(`e${n}`, "Bought", n * 1000, { total: n % 100 }));
    user.history.rowsRead = 0;
    user.track(track("last", "Bought", past * 1000, { total: 99 }));
    expect(user.history.rowsRead).toBeLessThanOrEqual(1 + 4 + 3 + 3);
  });
});

describe("adoptTallies", () => {
  const filtered = (value: number): Condition => ({
    type: "event",
    event: "Bought",
    where: [{ path: "properties.total", operator: "at-least", value }],
  });

  it("counts the past once for a tally that is new, page by page, and then no more", () => {
    const history = new CountingHistory(new MemoryHistory());
    for (let n = 0; n < 1000; n++) history.append(track(`e${n}`, "Bought", n % 7, { total: n }));
    const catalog = catalogOf({ big: filtered(500) });
    const adopted = adoptTallies(newUser("w", "u:1", 0), { catalog, history });
    expect(history.matchesAdded).toBe(500);
    history.rowsRead = 0;
    expect(adoptTallies(adopted, { catalog, history })).toBe(adopted);
    expect(
      adoptTallies({ ...adopted, meta: { ...adopted.meta, tallies: { ...adopted.meta.tallies } } }, { catalog, history }).meta.tallies,
    ).toEqual(adopted.meta.tallies);
    expect(history.rowsRead).toBe(0);
  });

  it("forgets a tally nothing needs, so that what happened meanwhile is counted when it comes back", () => {
    const history = new CountingHistory(new MemoryHistory());
    const [with500, without] = [catalogOf({ big: filtered(500) }), catalogOf({})];
    const first = adoptTallies(newUser("w", "u:1", 0), { catalog: with500, history });
    const second = adoptTallies(first, { catalog: without, history });
    expect(second.meta.tallies).toEqual({});
    history.append(track("e1", "Bought", 1, { total: 900 }));
    adoptTallies(second, { catalog: with500, history });
    expect(history.matchesAdded).toBe(1);
  });

  it("costs no row for an event that no filter mentions, nor for plain names", () => {
    const user = userWith({ big: filtered(500), plain: { type: "event", event: "Bought" } });
    user.track(track("1", "Viewed", 1));
    user.track(track("2", "Bought", 2, { total: 1 }));
    expect(user.history.matchesAdded).toBe(0);
  });
});
