import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareOrder, orderOf, type UserEvent } from "../event/event.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { AttributeEntry, Run, UserState } from "../user/state.ts";
import { compileCondition } from "./compile-condition.ts";
import type { CompiledCondition, ConditionScope, Since } from "./condition.ts";
import { END, optional, someCondition, someEvents } from "./condition-arbitraries.test-suite.ts";
import { oracle, type OracleWorld } from "./condition-oracle.test-suite.ts";
import { type Condition, conditionSchema } from "./conditions/all.ts";

/** State and history as decide leaves them, built event by event in the order of arrival given. */
const build = (
  condition: CompiledCondition,
  events: readonly UserEvent[],
  tags: readonly string[],
): { readonly state: UserState; readonly history: MemoryHistory } => {
  const history = new MemoryHistory();
  const attributes: Record<string, AttributeEntry> = {};
  for (const event of events) {
    history.append(event);
    for (const tally of condition.tallies)
      if (event.type === (tally.name === "identify:" ? "identify" : "track") && nameMatches(tally.name, event) && tally.matches(event))
        history.addMatch(tally.id, tally.key?.(event) ?? null, { order: orderOf(event), id: event.id });
    for (const [name, value] of Object.entries(event.traits ?? {})) {
      const before = attributes[name];
      if (before === undefined || compareOrder(orderOf(event), before.order) > 0)
        attributes[name] = { ...(value !== null && { value }), order: orderOf(event) };
    }
  }
  const state = newUser("w", "u:1", 0);
  return { history, state: { ...state, profile: { ...state.profile, attributes, tags: Object.fromEntries(tags.map((tag) => [tag, 1])) } } };
};
const nameMatches = (name: string, event: UserEvent): boolean =>
  name === "identify:" || (name.endsWith("*") ? `track:${event.event}`.startsWith(name.slice(0, -1)) : `track:${event.event}` === name);

const someRun = (
  trigger: UserEvent,
  at: { readonly entered: number; readonly step: number; readonly byEvent: UserEvent | undefined },
): Run => ({
  id: "r",
  journey: "j",
  version: 1,
  key: "x",
  enteredAt: at.entered,
  entryOrder: orderOf(trigger),
  trigger,
  position: { at: "step", step: "s" },
  stepEnteredAt: at.step,
  ...(at.byEvent && { stepOrder: orderOf(at.byEvent) }),
  visits: {},
});

/** Asks at `now`, then follows every nextChange, comparing with the oracle just before, at and just after each. */
const expectExact = (compiled: CompiledCondition, scope: ConditionScope, truth: (now: number) => boolean): void => {
  let { now } = scope;
  for (let hop = 0; hop < 50; hop++) {
    const { value, nextChange } = compiled.evaluate({ ...scope, now });
    expect(value, `at ${now}`).toBe(truth(now));
    if (nextChange !== undefined) expect(nextChange).toBeGreaterThan(now);
    const until = nextChange ?? now + 2 * END;
    const instants = Array.from({ length: until - now }, (_, index) => now + index);
    expect(
      instants.filter((at) => truth(at) !== value),
      `asked at ${now}, promised until ${until}`,
    ).toEqual([]);
    if (nextChange === undefined) return;
    now = nextChange;
  }
  throw new Error("a condition over finite history changes finitely often");
};

describe("conditions equal a naive oracle that rescans all history, at every nextChange: just before, at, just after", () => {
  it("outside journeys", () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(someCondition, someEvents, fc.boolean(), (condition, events, tagged) => {
        const now = events.at(-1)?.receivedAt ?? END;
        const plain = JSON.parse(JSON.stringify(condition, (key, value: unknown) => (key === "since" ? undefined : value))) as Condition;
        const parsed = conditionSchema.parse(plain);
        const compiled = compileCondition(parsed, { path: "c", inJourney: false, timezone: "UTC" });
        const tags = tagged ? ["vip"] : [];
        const world: OracleWorld = { events, tags, createdAt: 0 };
        expectExact(compiled, { ...build(compiled, events, tags), now, since: "ever" }, (at) => oracle(plain, world, at, "ever"));
      }),
      { numRuns: 1500 },
    );
  });

  it("inside journeys: since ever, entry and step, keyed and not", () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(
        someCondition,
        someEvents.filter((events) => events.length > 0),
        fc.record({
          trigger: fc.nat(),
          mover: optional(fc.nat()),
          delay: fc.nat(5),
          keyed: fc.boolean(),
          since: fc.constantFrom<Since>("ever", "entry", "step"),
        }),
        (condition, events, pick) => {
          const now = events.at(-1)?.receivedAt ?? END;
          const trigger = events[pick.trigger % events.length] as UserEvent; // in range
          const byEvent = pick.mover === undefined ? undefined : events[pick.mover % events.length];
          const run = someRun(trigger, {
            entered: trigger.receivedAt,
            step: Math.min(now, (byEvent ?? trigger).receivedAt + (byEvent ? 0 : pick.delay)),
            byEvent,
          });
          const keyPath = pick.keyed ? { keyPath: "properties.k" } : {};
          const compiled = compileCondition(conditionSchema.parse(condition), { path: "c", inJourney: true, timezone: "UTC", ...keyPath });
          const world: OracleWorld = { events, tags: [], createdAt: 0, run, ...keyPath };
          expectExact(compiled, { ...build(compiled, events, []), run, now, since: pick.since }, (at) =>
            oracle(condition, world, at, pick.since),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("whatever order the events arrived in", () => {
    fc.assert(
      fc.property(
        someCondition,
        someEvents.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        (condition, [events, shuffled]) => {
          const compiled = compileCondition(conditionSchema.parse(condition), { path: "c", inJourney: true, timezone: "UTC" });
          const ask = (list: readonly UserEvent[]) => compiled.evaluate({ ...build(compiled, list, []), now: END, since: "ever" });
          expect(ask(shuffled)).toEqual(ask(events));
        },
      ),
    );
  });
});

describe("event conditions inside a journey", () => {
  const at = (id: string, time: number, receivedAt: number): UserEvent => ({
    id,
    type: "track",
    event: "A",
    properties: { k: "x" },
    time,
    receivedAt,
    index: 0,
    key: "client",
  });
  const count = (events: readonly UserEvent[], run: Run, since: Since, more: object = {}): unknown => {
    const compiled = compileCondition(conditionSchema.parse({ type: "event", event: "A", ...more }), {
      path: "c",
      inJourney: true,
      timezone: "UTC",
    });
    return compiled.evaluate({ ...build(compiled, events, []), run, now: 100, since }).because?.value;
  };
  const trigger = at("trigger", 10, 12);

  it("count from the trigger's own time on, it not included, also what arrived before it", () => {
    const run = someRun(trigger, { entered: 12, step: 12, byEvent: trigger });
    expect(count([trigger], run, "entry")).toBe(0);
    expect(count([at("same time, arrived before", 10, 11), trigger], run, "entry")).toBe(1);
    expect(count([at("same time, arrived after", 10, 13), trigger], run, "entry")).toBe(1);
    expect(count([at("a moment before", 9, 13), trigger], run, "entry")).toBe(0);
    expect(count([trigger], run, "entry", { since: "ever" })).toBe(1);
  });

  it("since the step: one event cannot pass two waits for the same name", () => {
    const mover = at("mover", 20, 20);
    const run = someRun(trigger, { entered: 12, step: 20, byEvent: mover });
    expect(count([trigger, mover], run, "step")).toBe(0);
    expect(count([trigger, mover, at("next", 20, 21)], run, "step")).toBe(1);
    expect(count([trigger, mover], someRun(trigger, { entered: 12, step: 20, byEvent: undefined }), "step")).toBe(1);
  });

  it("a run that no event started excludes none but the one that caused the join", () => {
    const joined: Run = { ...someRun(trigger, { entered: 12, step: 12, byEvent: undefined }), trigger: null };
    expect(count([trigger, at("later", 11, 20)], joined, "entry")).toBe(1);
  });
});
