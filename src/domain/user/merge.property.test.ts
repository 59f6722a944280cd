import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeLuggage, type Luggage } from "./merge-carried.ts";
import { mergeProfiles } from "./merge-profile.ts";
import type { EntryCounter, GroupMembership, OpenAsk, OpenGoal, Profile, Run } from "./state.ts";

const instant = fc.integer({ min: 1, max: 4 });
const order = fc.tuple(instant, instant, fc.constant(0));
const byName = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3 });
const optional = <T extends object>(value: fc.Arbitrary<T>): fc.Arbitrary<T | Record<string, never>> => fc.oneof(value, fc.constant({}));

const membership: fc.Arbitrary<GroupMembership> = fc
  .tuple(fc.boolean(), order, byName(fc.tuple(order, fc.nat(2))), fc.nat(2), fc.nat(1))
  .map(([left, at, said, version, plan]) => ({
    type: "group",
    id: "x",
    order: at,
    ...(left && { left: true as const }),
    relationship: Object.fromEntries(Object.entries(said).map(([name, [, value]]) => [name, value])),
    written: Object.fromEntries(Object.entries(said).map(([name, [when]]) => [name, when])),
    attributes: { plan },
    version,
  }));

const profile: fc.Arbitrary<Profile> = fc.record({
  attributes: byName(fc.oneof(fc.record({ value: fc.nat(2), order }), fc.record({ order }))),
  tags: byName(instant),
  anonymousIds: byName(fc.constantFrom("wanted" as const, "done" as const, "other" as const)),
  suppressions: byName(
    fc
      .tuple(fc.constantFrom("bounced", "call"), instant, optional(fc.constant({ address: "x@y.z" })))
      .map(([reason, at, more]) => ({ reason, at, ...more })),
  ),
  subscriptions: byName(fc.record({ state: fc.constantFrom("opted-in" as const, "opted-out" as const), order })),
  devices: byName(
    fc
      .tuple(fc.constantFrom("ios" as const, "web" as const), order, fc.boolean())
      .map(([platform, at, removed]) => ({ platform, order: at, ...(removed && { removed: true as const }) })),
  ),
  groups: byName(membership),
  manual: byName(fc.record({ member: fc.boolean(), order })),
  timezone: fc.record({ value: fc.constantFrom("UTC", "Europe/Berlin"), order }),
  createdAt: instant,
  lastSeenAt: instant,
  samplingId: fc.constantFrom("a:1", "a:2", "u:3"),
});

const run: fc.Arbitrary<Run> = fc
  .record({ id: fc.constantFrom("r1", "r2", "r3", "r4", "r5", "r6"), key: fc.constantFrom(null, "k") })
  .map(({ id, key }) => {
    // An id is one run for ever: the rest follows from it.
    const number = Number(id.slice(1));
    const enteredAt = Math.ceil(number / 2);
    return {
      id: `${id}${key ?? ""}`,
      journey: number % 2 === 0 ? "even" : "odd",
      version: 1,
      key,
      enteredAt,
      entryOrder: [enteredAt, 0, 0] as const,
      trigger: null,
      position: { at: "step" as const, step: "s" },
      stepEnteredAt: enteredAt,
      visits: {},
    };
  });

const counter: fc.Arbitrary<EntryCounter> = fc
  .tuple(
    fc.array(instant, { minLength: 1, maxLength: 4 }),
    optional(fc.record({ reenterAt: instant })),
    optional(fc.record({ included: instant })),
  )
  .map(([recent, again, included]) => ({
    count: recent.length,
    lastEnteredAt: Math.max(...recent),
    recent: recent.toSorted((x, y) => y - x),
    ...again,
    ...included,
  }));

const wish: OpenAsk["wish"] = { kind: "throttle", name: "n", count: 1, perMs: 1, queue: false, leadMs: 0 };

/** Nobody else's message, question or claim: ids are made of the user's own runs. */
const luggage: fc.Arbitrary<Luggage> = fc
  .tuple(fc.array(run, { maxLength: 4 }), byName(counter), byName(fc.array(instant, { maxLength: 3 })))
  .map(([runs, entries, claims]) => {
    const own = Object.fromEntries(runs.map((one) => [one.id, one]));
    const ids = Object.keys(own);
    return {
      runs: own,
      goals: ids.map((id): OpenGoal => ({ run: id, journey: "j", version: 1, key: null, goal: "g", entryOrder: [1, 0, 0], enteredAt: 1 })),
      entries,
      open: Object.fromEntries(
        ids.map((id) => [
          `m-${id}`,
          { id: `m-${id}`, channel: "email" as const, template: "t", status: "queued" as const, createdAt: 1, attempts: 0 },
        ]),
      ),
      asks: Object.fromEntries(
        ids.map((id) => [`q-${id}`, { id: `q-${id}`, run: id, journey: "j", step: "s", wish, createdAt: 1, due: 1, attempts: 1 }] as const),
      ),
      claims: Object.fromEntries(Object.entries(claims).map(([channel, list]) => [channel, list.toSorted((x, y) => y - x)])),
    };
  });

const sideBySide = (one: Run): boolean => one.journey === "odd" && one.key === null;
const both = (a: Luggage, b: Luggage): Luggage => mergeLuggage(a, b, sideBySide).merged;
/** Goals and questions of runs that gave way are gone; everything else has to be the same. */
const united = (a: Profile, b: Profile): Profile => mergeProfiles(a, b).profile;

describe("merge is associative and independent of order", () => {
  it("for devices, groups, manual segments, attributes, tags, consent and the sampling id of the older", () => {
    fc.assert(
      fc.property(profile, profile, profile, (a, b, c) => {
        expect(united(a, b)).toEqual(united(b, a));
        expect(united(a, united(b, c))).toEqual(united(united(a, b), c));
        expect(united(a, a)).toEqual(a);
        const oldest = [a, b, c].toSorted((x, y) => x.createdAt - y.createdAt || (x.samplingId < y.samplingId ? -1 : 1))[0];
        expect(united(a, united(b, c)).samplingId).toBe(oldest?.samplingId);
      }),
    );
  });

  it("for opt-outs and suppressions, the most restrictive of which stands whoever said it last", () => {
    fc.assert(
      fc.property(profile, profile, (a, b) => {
        const { subscriptions, suppressions } = united(a, b);
        for (const one of [a, b]) {
          for (const [key, { state }] of Object.entries(one.subscriptions))
            if (state === "opted-out") expect(subscriptions[key]?.state).toBe("opted-out");
          for (const [key, { address }] of Object.entries(one.suppressions)) {
            expect(suppressions[key]).toBeDefined();
            if (address === undefined) expect(suppressions[key]?.address).toBeUndefined();
          }
        }
      }),
    );
  });

  it("for runs, goals, entries, open messages, questions and claims", () => {
    fc.assert(
      fc.property(luggage, luggage, luggage, (a, b, c) => {
        expect(both(a, b)).toEqual(both(b, a));
        expect(both(a, both(b, c))).toEqual(both(both(a, b), c));
      }),
    );
  });

  it("keeps both users' runs unless they are of the same journey and key: then the older", () => {
    fc.assert(
      fc.property(luggage, luggage, (a, b) => {
        const { merged, losers } = mergeLuggage(a, b, sideBySide);
        const all = new Map([...Object.values(a.runs), ...Object.values(b.runs)].map((one) => [one.id, one]));
        expect(Object.keys(merged.runs).length + new Set(losers.map(({ id }) => id)).size).toBe(all.size);
        for (const loser of losers) {
          expect(sideBySide(loser)).toBe(false);
          const winner = Object.values(merged.runs).find((one) => one.journey === loser.journey && one.key === loser.key);
          expect(winner?.enteredAt).toBeLessThanOrEqual(loser.enteredAt);
        }
      }),
    );
  });
});
