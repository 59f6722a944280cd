import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import { plainAttributes } from "./attributes.ts";
import { catalogOf, DAY, HOUR, journey, MINUTE, sendJourney, START, TestUser } from "./user-kit.test-suite.ts";

const catalog = catalogOf({
  segments: [
    { key: "buyers", condition: { type: "event", event: "Order", count: { operator: "at-least", value: 2 }, within: "P1D" } },
    { key: "pro", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } },
    {
      key: "lapsed",
      condition: {
        type: "and",
        conditions: [
          { type: "segment", segment: "pro" },
          { type: "not", condition: { type: "event", event: "Order" } },
        ],
      },
    },
  ],
  journeys: [
    {
      definition: sendJourney({
        key: "cart",
        trigger: { type: "event", event: "Cart", key: "properties.cart" },
        exit: { type: "event", event: "Order" },
        goals: [{ key: "g", name: "G", condition: { type: "event", event: "Order" }, within: "P1D" }],
      }),
    },
    {
      definition: sendJourney({
        key: "pro",
        trigger: { type: "segment", segment: "pro", change: "enter" },
        frequency: { type: "interval", every: "P1D" },
      }),
    },
    {
      definition: journey({
        key: "loop",
        trigger: { type: "event", event: "Order" },
        exit: { type: "segment", segment: "buyers" },
        start: "tag",
        steps: { tag: { type: "tag", add: ["x"], next: "wait" }, wait: { type: "wait", for: "PT1H", next: "tag" } },
      }),
    },
  ],
});

const event = fc.record({
  name: fc.constantFrom("Cart", "Order", "Other", "identify"),
  time: fc.integer({ min: 0, max: 2 * DAY }),
  lag: fc.constantFrom(0, 0, MINUTE, 4 * DAY),
  cart: fc.constantFrom("a", "b", 1),
  plan: fc.constantFrom("pro", "free", null, ""),
});

const events: fc.Arbitrary<readonly UserEvent[]> = fc.array(event, { maxLength: 12 }).map((list) =>
  list.map(({ name, time, lag, cart, plan }, index): UserEvent => {
    const common = { id: `p${index}`, userId: "u", time: START + time, receivedAt: START + time + lag, index, key: "client" as const };
    return name === "identify"
      ? { ...common, type: "identify", traits: { plan, email: "a@b.c" } }
      : { ...common, type: "track", event: name, properties: { cart } };
  }),
);

/** Applies events after all of them happened, in the sequence given; those that arrived days late start nothing. */
const applied = (list: readonly UserEvent[]): TestUser => {
  const user = new TestUser(catalog, "u:u", START + 2 * DAY);
  for (const one of list) user.event(one);
  user.tick(START + 7 * DAY);
  return user;
};

/** Applies events as they arrive, with alarms between and each message claimed a while after it was offered. */
const lived = (
  list: readonly UserEvent[],
): { readonly user: TestUser; readonly claims: readonly { readonly message: string; readonly at: number }[] } => {
  const user = new TestUser(catalog);
  const claims: { message: string; at: number }[] = [];
  const send = (): void => {
    for (const { id, status } of Object.values(user.state.open)) {
      if (status !== "queued") continue;
      const { claim } = user.claim(id);
      if (claim.kind !== "send") continue;
      claims.push({ message: id, at: user.now });
      user.do({ type: "settled", message: id, attempt: claim.attempt, outcome: { kind: "accepted" } });
    }
  };
  for (const one of list.toSorted((a, b) => a.receivedAt - b.receivedAt)) {
    user.sleep(one.receivedAt);
    user.event(one);
    user.tick(user.now + MINUTE);
    if (one.index % 2 === 0) send();
  }
  user.sleep(user.now + HOUR);
  send();
  return { user, claims };
};

describe("decide, whatever happens", () => {
  it("duplication of a user's events changes nothing at all", () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat({ max: 11 })), (list, repeats) => {
        const once = applied(list);
        const again = applied(list.flatMap((one, index) => (repeats.includes(index) ? [one, one] : [one])));
        for (const one of list) again.event(one);
        expect(again.state).toEqual(once.state);
        expect(again.facts).toEqual(once.facts);
      }),
    );
  });

  it("any permutation gives the same final profile and memberships", () => {
    fc.assert(
      fc.property(
        events.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length }))),
        ([list, shuffled]) => {
          const [one, other] = [applied(list), applied(shuffled)];
          expect(plainAttributes(other.state.profile.attributes)).toEqual(plainAttributes(one.state.profile.attributes));
          expect(other.state.profile.lastSeenAt).toBe(one.state.profile.lastSeenAt);
          expect(other.segments).toEqual(one.segments);
        },
      ),
    );
  });

  it("claims and sends each message at most once, and none after its exit event was known", () => {
    let sent = 0;
    fc.assert(
      fc.property(events, (list) => {
        const { user, claims } = lived(list);
        sent += claims.length;
        expect(new Set(claims.map(({ message }) => message)).size).toBe(claims.length);
        for (const { message, at } of claims) {
          const kept = user.history.message(message);
          const started = user.facts.find((fact) => fact.kind === "run-started" && fact.run === kept?.run?.id);
          if (kept?.run?.journey !== "cart" || started?.kind !== "run-started") continue;
          const trigger = list.find(
            (one) =>
              one.event === "Cart" &&
              String(one.properties?.["cart"]) === started.key &&
              one.time <= started.at &&
              one.receivedAt === started.at,
          );
          const exits = list.filter(
            (one) =>
              one.event === "Order" &&
              one.receivedAt <= at &&
              trigger !== undefined &&
              one.time > trigger.time &&
              String(one.properties?.["cart"]) === started.key,
          );
          expect(exits).toEqual([]);
        }
      }),
    );
    expect(sent).toBeGreaterThan(0);
  });

  it("lets every run wait or end, and knows when it is due", () => {
    fc.assert(
      fc.property(events, (list) => {
        const { user } = lived(list);
        for (const run of user.runs) expect(run.position.at).not.toBe("step");
        const due = user.nextDue;
        if (user.runs.length > 0) expect(due).toBeDefined();
        if (due !== undefined) expect(due).toBeGreaterThan(user.now);
        const started = user.kinds("run-started").length;
        expect(started).toBe(user.endings.length + user.runs.length);
      }),
    );
  });
});
