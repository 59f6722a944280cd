import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import { plainAttributes } from "./attributes.ts";
import { anyEvents, endsCartRun, livelyJourneys, livelySegments } from "./any-life.test-suite.ts";
import { catalogOf, DAY, HOUR, MINUTE, START, TestUser } from "./user-kit.test-suite.ts";

const catalog = catalogOf({ segments: livelySegments, journeys: livelyJourneys.map((definition) => ({ definition })) });
const events = anyEvents(START);

/** Applies events after all of them happened, in the sequence given; those that arrived days late start nothing. */
const applied = (list: readonly UserEvent[]): TestUser => {
  const user = new TestUser(catalog, "u:u", START + 2 * DAY);
  for (const one of list) user.event(one);
  // One tick takes a bounded number of instants: a message that nobody claims is offered again every ten minutes.
  user.sleep(START + 7 * DAY);
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
          const exits = list.filter((one) => trigger !== undefined && one.receivedAt <= at && endsCartRun(one, trigger));
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
