import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import type { JsonObject } from "../json.ts";
import { mergeMemberships } from "./groups.ts";
import { limits } from "./limits.ts";
import type { GroupMembership } from "./state.ts";
import { catalogOf, START, TestUser, track } from "./user-kit.test-suite.ts";

const group = (time: number, context: JsonObject = {}, groupId = "acme"): UserEvent => {
  const { event: _event, ...rest } = track("", time);
  return { ...rest, type: "group", groupId, traits: { plan: "pro" }, context };
};
const told = (version: number, values: JsonObject, id = "acme") =>
  ({ type: "group", id: `g${version}`, groupType: "group", group: id, attributes: { values, version } }) as const;
const groupOf = (user: TestUser, key = "group/acme"): GroupMembership | undefined => user.state.profile.groups[key];

describe("groups of a user", () => {
  it("a group call joins, `assigned: false` leaves, and both are told with the group", () => {
    const user = new TestUser(catalogOf());
    user.event(group(START, { groupType: "account", relationship: { role: "admin" } }));
    expect(groupOf(user, "account/acme")).toMatchObject({ type: "account", id: "acme", relationship: { role: "admin" }, version: 0 });
    user.event(group(START + 1, { groupType: "account", assigned: false }));
    expect(groupOf(user, "account/acme")?.left).toBe(true);
    expect(user.facts.filter(({ kind }) => kind.startsWith("group"))).toMatchObject([
      { kind: "group-joined", groupType: "account", group: "acme" },
      { kind: "group-left", groupType: "account", group: "acme" },
    ]);
  });

  it("in whatever sequence joins and leaves come, the newest stands", () => {
    const calls = [group(START), group(START + 3), group(START + 2, { assigned: false })];
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: 3 }), (shuffled) => {
        const user = new TestUser(catalogOf(), "u:u", START + 10);
        for (const call of shuffled) user.event(call);
        expect(groupOf(user)?.left).toBeUndefined();
        expect(groupOf(user)?.order[0]).toBe(START + 3);
      }),
    );
  });

  it("relationship attributes: the last write wins for each, null removes it for good", () => {
    const calls = [
      group(START, { relationship: { role: "user", seat: 1 } }),
      group(START + 2, { relationship: { role: null } }),
      group(START + 1, { relationship: { role: "admin", desk: "a" } }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: 3 }), (shuffled) => {
        const user = new TestUser(catalogOf(), "u:u", START + 10);
        for (const call of shuffled) user.event(call);
        expect(groupOf(user)?.relationship).toEqual({ seat: 1, desk: "a" });
      }),
    );
  });

  it("an older telling of the group changes nothing, a newer one is told once", () => {
    const user = new TestUser(catalogOf());
    user.event(group(START));
    user.do(told(2, { plan: "pro" }));
    user.do(told(1, { plan: "free" }));
    const { state } = user;
    expect(user.do(told(2, { plan: "pro" })).state).toBe(state);
    expect(groupOf(user)?.attributes).toEqual({ plan: "pro" });
    expect(user.kinds("group-changed")).toHaveLength(1);
  });

  it("what a group says before the user is known to be in it is kept and told with the join", () => {
    const user = new TestUser(catalogOf());
    user.event(track("Seen", START));
    user.do(told(3, { plan: "pro" }));
    expect(user.facts.filter(({ kind }) => kind.startsWith("group"))).toEqual([]);
    user.event(group(START + 1));
    expect(groupOf(user)).toMatchObject({ attributes: { plan: "pro" }, version: 3 });
  });

  it("groups have their bound: marks of those left make room, then it is refused by name", () => {
    const user = new TestUser(catalogOf(), "u:u", START);
    for (let n = 0; n < limits.groups; n++) user.event(group(START + n, {}, `g${n}`));
    user.event(group(START + 1_000, {}, "more"));
    expect(groupOf(user, "group/more")).toBeUndefined();
    expect(user.kinds("refused")).toMatchObject([{ what: "groups", names: ["group/more"] }]);
    user.event(group(START + 1_001, { assigned: false }, "g0"));
    user.event(group(START + 1_002, {}, "more"));
    expect(groupOf(user, "group/more")).toBeDefined();
  });

  it("memberships merge associatively and independent of order", () => {
    const order = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constant(0), fc.constant(0));
    const one: fc.Arbitrary<GroupMembership> = fc
      .record({
        left: fc.boolean(),
        order,
        rel: fc.dictionary(
          fc.constantFrom("a", "b"),
          fc.record({ order, value: fc.option(fc.integer({ max: 2, min: 0 }), { nil: undefined }) }),
        ),
        attributes: fc.constantFrom<JsonObject>({ p: 1 }, { p: 2 }),
        version: fc.integer({ min: 0, max: 2 }),
      })
      .map(({ left, order: at, rel, attributes, version }) => ({
        type: "group",
        id: "x",
        ...(left && { left: true as const }),
        order: at,
        relationship: Object.fromEntries(Object.entries(rel).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]))),
        written: Object.fromEntries(Object.entries(rel).map(([name, { order: when }]) => [name, when])),
        attributes,
        version,
      }));
    fc.assert(
      fc.property(one, one, one, (a, b, c) => {
        const m = mergeMemberships;
        expect(m(a, b)).toEqual(m(b, a));
        expect(m(a, m(b, c))).toEqual(m(m(a, b), c));
        expect(m(a, a)).toEqual(a);
      }),
    );
  });
});
