import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { compileCatalog } from "../catalog/compile.ts";
import { compareOrder, historyName, orderOf, type UserEvent } from "../event/event.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { AttributeEntry, UserState } from "../user/state.ts";
import { END, someCondition, someEvents } from "./condition-arbitraries.test-suite.ts";
import type { Condition } from "./conditions/all.ts";
import { nextMembershipChange, type Touched, updateMemberships } from "./members.ts";
import { segmentSchema } from "./segment.ts";
import { adoptTallies } from "./adoption.ts";
import { recordMatches } from "./tallies.ts";

/** Segments s0..sn; each may ask for those before it. */
const someSegments = fc
  .array(
    fc.record({ condition: someCondition, asks: fc.option(fc.record({ which: fc.nat(), how: fc.constantFrom("and", "or", "not") })) }),
    { minLength: 1, maxLength: 6 },
  )
  .map((made) =>
    made.map(({ condition, asks }, index) => {
      const own = JSON.parse(JSON.stringify(condition, (key, value: unknown) => (key === "since" ? undefined : value))) as Condition;
      if (asks === null || index === 0) return own;
      const other = { type: "segment", segment: `s${asks.which % index}` } as const;
      return asks.how === "not"
        ? { type: "and", conditions: [own, { type: "not", condition: other }] }
        : { type: asks.how, conditions: [other, own] };
    }),
  );

const catalogOf = (conditions: readonly unknown[]): Catalog =>
  compileCatalog({
    workspace: "w",
    version: 1,
    timezone: "UTC",
    name: "W",
    journeys: [],
    templates: [],
    providers: [],
    segments: conditions
      .map((condition, index) => segmentSchema.parse({ key: `s${index}`, name: "S", kind: "dynamic", condition }))
      .toReversed(),
  });

/** Writes attributes as decide does and says which changed. */
const write = (state: UserState, event: UserEvent): { readonly state: UserState; readonly changed: readonly string[] } => {
  const attributes: Record<string, AttributeEntry> = { ...state.profile.attributes };
  const changed: string[] = [];
  for (const [name, value] of Object.entries(event.traits ?? {})) {
    const before = attributes[name];
    if (before !== undefined && compareOrder(orderOf(event), before.order) <= 0) continue;
    attributes[name] = { ...(value !== null && { value }), order: orderOf(event) };
    if (before?.value !== (value ?? undefined)) changed.push(name);
  }
  return { state: { ...state, profile: { ...state.profile, attributes } }, changed };
};

const membersOf = (state: UserState): readonly string[] =>
  Object.entries(state.memberships)
    .filter(([, membership]) => membership.member)
    .map(([key]) => key)
    .toSorted();

describe("updateMemberships", () => {
  it("asking only what was touched or due equals asking every segment anew at every instant", () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(someSegments, someEvents, (conditions, events) => {
        const catalog = catalogOf(conditions);
        const history = new MemoryHistory();
        let state = newUser("w", "u:1", 0);
        const update = (touched: Touched, now: number): void => {
          state = { ...state, memberships: updateMemberships(state, touched, { catalog, history, now }).memberships };
        };
        const expectAnew = (now: number): void => {
          const anew = updateMemberships({ ...state, memberships: {} }, { all: true }, { catalog, history, now });
          expect(membersOf(state), `at ${now}`).toEqual(membersOf({ ...state, memberships: anew.memberships }));
        };
        state = adoptTallies(state, { catalog, history });
        update({ all: true }, 0);
        for (let now = 1; now <= 2 * END; now++) {
          if ((nextMembershipChange(state.memberships) ?? now + 1) <= now) update({ due: now }, now);
          expectAnew(now);
          for (const event of events.filter(({ receivedAt }) => receivedAt === now)) {
            history.append(event);
            recordMatches(event, { catalog, history });
            const written = write(state, event);
            state = written.state;
            update({ eventName: historyName(event), attributes: written.changed }, now);
            expectAnew(now);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
