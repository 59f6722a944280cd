import fc from "fast-check";
import { expect, it } from "vitest";
import { nameIndex } from "../catalog/name-index.ts";
import { compareOrder, historyName, orderOf, type UserEvent } from "../event/event.ts";
import type { Message } from "../message/message.ts";
import { groupKey } from "../user/groups.ts";
import type { History } from "../user/history.ts";
import { newUser } from "../user/new-user.ts";
import type { AttributeEntry, Run, UserState } from "../user/state.ts";
import { compileCondition } from "./compile-condition.ts";
import type { CompiledCondition, ConditionScope, Since } from "./condition.ts";
import { END, optional, someCondition, someEvents, someRunCondition } from "./condition-arbitraries.test-suite.ts";
import { oracle } from "./condition-oracle.test-suite.ts";
import { type Condition, conditionSchema } from "./conditions/all.ts";
import type { OracleWorld } from "./oracle-world.test-suite.ts";
import { statusEvents, statusName } from "./message-statuses.ts";
import { fileMatch } from "./tallies.ts";
import { someMessages, type SomeUser, someUser } from "./user-arbitraries.test-suite.ts";

const topics = [
  { key: "news", name: "News", channels: ["email" as const], default: "opted-in" as const },
  { key: "offers", name: "Offers", channels: ["email" as const], default: "opted-out" as const },
];
const inSegment = { path: "c", inJourney: false, timezone: "UTC", topics };

/** A user as decide leaves them: events in the order of arrival, the same ones again in between. */
export class Player {
  readonly history: History;
  readonly #condition: CompiledCondition;
  readonly #attributes: Record<string, AttributeEntry> = {};
  readonly #user: SomeUser;
  constructor(condition: CompiledCondition, history: History, user: SomeUser) {
    this.#condition = condition;
    this.history = history;
    this.#user = user;
  }

  take(event: UserEvent): void {
    if (!this.history.append(event)) return;
    const tallies = nameIndex(this.#condition.tallies.map((tally) => [tally.name, tally] as const));
    for (const tally of tallies.find(historyName(event))) fileMatch(tally, event, { history: this.history, past: false });
    for (const [name, value] of Object.entries(event.traits ?? {})) {
      const before = this.#attributes[name];
      if (before === undefined || compareOrder(orderOf(event), before.order) > 0)
        this.#attributes[name] = { ...(value !== null && { value }), order: orderOf(event) };
    }
  }

  tell(before: Message | undefined, message: Message): void {
    for (const event of statusEvents(before, message))
      for (const tally of this.#condition.tallies)
        if (tally.name === statusName(event)) fileMatch(tally, event, { history: this.history, past: false });
  }

  get state(): UserState {
    const { tags, samplingId, groups, subscriptions, suppressions, email, devices, removed } = this.#user;
    const said = Object.entries(subscriptions).filter(([, state]) => state !== undefined);
    const state = newUser("w", "u:1", 0);
    const order = [1, 1, 0] as const;
    return {
      ...state,
      profile: {
        ...state.profile,
        attributes: { ...this.#attributes, ...(email !== undefined && { email: { value: email, order } }) },
        tags: Object.fromEntries(tags.map((tag) => [tag, 1])),
        samplingId,
        groups: Object.fromEntries(groups.map((group) => [groupKey(group.type, group.id), group])),
        subscriptions: Object.fromEntries(said.map(([key, word]) => [key, { state: word ?? "opted-in", order }])),
        suppressions,
        devices: Object.fromEntries(
          devices.map((token) => [token, { platform: "ios", order, ...(removed.includes(token) && { removed: true as const }) }]),
        ),
      },
    };
  }
}

export const someRun = (
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
  for (let hop = 0; hop < 100; hop++) {
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

const withoutSince = (condition: Condition): Condition =>
  JSON.parse(JSON.stringify(condition, (key, value: unknown) => (key === "since" ? undefined : value))) as Condition; // what was a condition stays one

/** What is known of messages at an instant. */
const toldBy = (messages: readonly Message[], now: number): readonly Message[] =>
  messages.map(({ reached = {}, ...message }) => ({
    ...message,
    reached: Object.fromEntries(Object.entries(reached).filter(([, at]) => at <= now)),
  }));

const someMoves = fc.record({
  trigger: fc.nat(),
  mover: optional(fc.nat()),
  delay: fc.nat(5),
  keyed: fc.boolean(),
  since: fc.constantFrom<Since>("ever", "entry", "step"),
});
type Moves = typeof someMoves extends fc.Arbitrary<infer Made> ? Made : never;

/** A run that one of the events started; perhaps a later one, or time, brought it to its step. */
const runOf = (events: readonly UserEvent[], pick: Moves): Run => {
  const now = events.at(-1)?.receivedAt ?? END;
  const trigger = events[pick.trigger % events.length] as UserEvent; // in range
  const after = events.filter((event) => event.receivedAt >= trigger.receivedAt);
  const byEvent = pick.mover === undefined ? undefined : after[pick.mover % after.length];
  const step = Math.min(now, (byEvent ?? trigger).receivedAt + (byEvent ? 0 : pick.delay));
  return someRun(trigger, { entered: trigger.receivedAt, step, byEvent });
};

/** The properties of all conditions over one kind of history. */
export const conditionProperties = (newHistory: () => History, numRuns: number): void => {
  it("outside journeys", () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(someCondition, someEvents, someMessages, someUser, (condition, events, messages, user) => {
        const now = events.at(-1)?.receivedAt ?? END;
        const plain = withoutSince(condition);
        const compiled = compileCondition(conditionSchema.parse(plain), inSegment);
        const world: OracleWorld = { events, messages: toldBy(messages, now), user, createdAt: 0 };
        const player = new Player(compiled, newHistory(), user);
        for (const event of events) player.take(event);
        for (const message of world.messages) player.tell(undefined, message);
        expectExact(compiled, { state: player.state, history: player.history, now, since: "ever" }, (at) =>
          oracle(plain, world, at, "ever"),
        );
      }),
      { numRuns },
    );
  });

  it("inside journeys: since ever, entry and step, keyed and not", () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(
        someRunCondition,
        someEvents.filter((events) => events.length > 0),
        fc.tuple(someMessages, someUser, someMoves),
        (condition, events, [messages, user, pick]) => {
          const now = events.at(-1)?.receivedAt ?? END;
          const run = runOf(events, pick);
          const keyPath = pick.keyed ? { keyPath: "properties.k" } : {};
          const compiled = compileCondition(conditionSchema.parse(condition), { ...inSegment, inJourney: true, ...keyPath });
          const world: OracleWorld = { events, messages: toldBy(messages, now), user, createdAt: 0, run, ...keyPath };
          const player = new Player(compiled, newHistory(), user);
          for (const event of events) player.take(event);
          for (const message of world.messages) player.tell(undefined, message);
          const scope = { state: player.state, history: player.history, run, now, since: pick.since };
          expectExact(compiled, scope, (at) => oracle(condition, world, at, pick.since));
        },
      ),
      { numRuns },
    );
  });

  it("asked again and again while events come, late ones and the same ones twice", () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(
        someRunCondition,
        someEvents.filter((events) => events.length > 0),
        fc.tuple(someMessages, someUser, someMoves),
        (condition, events, [messages, user, pick]) => {
          const run = runOf(events, pick);
          const keyPath = pick.keyed ? { keyPath: "properties.k" } : {};
          const compiled = compileCondition(conditionSchema.parse(condition), { ...inSegment, inJourney: true, ...keyPath });
          const player = new Player(compiled, newHistory(), user);
          const come: UserEvent[] = [];
          let known = toldBy(messages, 0);
          for (let now = 1; now <= END + 4; now++) {
            for (const event of events.filter(({ receivedAt }) => receivedAt === now)) {
              player.take(event);
              come.push(event);
              for (const again of come) player.take(again);
            }
            const told = toldBy(messages, now);
            for (const [index, message] of told.entries()) player.tell(known[index], message);
            known = told;
            if (now < run.stepEnteredAt) continue;
            const world: OracleWorld = { events: come, messages: told, user, createdAt: 0, run, ...keyPath };
            const scope = { state: player.state, history: player.history, run, now, since: pick.since };
            expect(compiled.evaluate(scope).value, `at ${now}`).toBe(oracle(condition, world, now, pick.since));
          }
        },
      ),
      { numRuns },
    );
  });

  it("whatever order the events arrived in", () => {
    fc.assert(
      fc.property(
        someCondition,
        someUser,
        someEvents.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        (condition, user, [events, shuffled]) => {
          const compiled = compileCondition(conditionSchema.parse(condition), { ...inSegment, inJourney: true });
          const ask = (list: readonly UserEvent[]) => {
            const player = new Player(compiled, newHistory(), user);
            for (const event of list) player.take(event);
            return compiled.evaluate({ state: player.state, history: player.history, now: END, since: "ever" });
          };
          expect(ask(shuffled)).toEqual(ask(events));
        },
      ),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });
};
