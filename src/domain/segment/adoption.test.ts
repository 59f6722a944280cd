import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { compileCatalog } from "../catalog/compile.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import { adoptSlice, adoptTallies, isAdopted } from "./adoption.ts";
import { someCondition, someEvents } from "./condition-arbitraries.test-suite.ts";
import type { Condition } from "./conditions/all.ts";
import { updateMemberships } from "./members.ts";

const catalogOf = (version: number, conditions: readonly Condition[]): Catalog =>
  compileCatalog({
    workspace: "w",
    version,
    timezone: "UTC",
    name: "W",
    // `since` is for journeys alone.
    segments: conditions.map((condition, index) => ({ key: `s${index}`, name: "S", kind: "dynamic", condition: withoutSince(condition) })),
    journeys: [],
    templates: [],
    providers: [],
  });
const withoutSince = (condition: Condition): Condition =>
  JSON.parse(JSON.stringify(condition, (name, value: unknown) => (name === "since" ? undefined : value))) as Condition;

const copies = { numRuns: 200 };

describe("A new condition counts the user's past in slices", () => {
  it("that come to the same as counting it at once, however small they are and wherever they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(someCondition, { minLength: 1, maxLength: 4 }),
        someEvents,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
        (conditions, events, budget, lost) => {
          const catalog = catalogOf(1, conditions);
          const [atOnce, sliced] = [new MemoryHistory(), new MemoryHistory()];
          for (const event of events) for (const history of [atOnce, sliced]) history.append(event);
          const whole = adoptTallies(newUser("w", "u:1", 0), { catalog, history: atOnce });
          let state = newUser("w", "u:1", 0);
          for (let slice = 0; !isAdopted(state, catalog) && slice < 1_000; slice++) {
            const next = adoptSlice(state, { catalog, history: sliced }, budget);
            // What a slice counted stays in history where its note of how far it came is lost: counting it again changes nothing.
            if (lost[slice] !== true) state = next;
          }
          expect(state.meta).toEqual(whole.meta);
          const memberships = (given: typeof state, history: MemoryHistory) =>
            updateMemberships(given, { all: true }, { catalog, history, now: 20 });
          expect(memberships(state, sliced)).toEqual(memberships(whole, atOnce));
        },
      ),
      copies,
    );
  });

  it("an older catalog in between drops what was counted, so that its events are not missed", () => {
    const [older, newer] = [catalogOf(1, []), catalogOf(2, [{ type: "event", event: "A*" }])];
    const history = new MemoryHistory();
    const event = (id: string, time: number) => ({
      id,
      type: "track" as const,
      event: "A",
      time,
      receivedAt: time,
      index: 0,
      key: "client" as const,
    });
    for (let n = 0; n < 400; n++) history.append(event(`e${n}`, n));
    const half = adoptSlice(newUser("w", "u:1", 0), { catalog: newer, history }, 200);
    expect(isAdopted(half, newer)).toBe(false);
    const back = adoptTallies(half, { catalog: older, history });
    expect(back.meta).toEqual(newUser("w", "u:1", 0).meta);
    history.append(event("late", 399));
    adoptTallies(back, { catalog: newer, history });
    const [tally] = newer.tallies.keys();
    expect(history.matches(tally ?? "", null, {}, 1_000)).toHaveLength(401);
  });
});
