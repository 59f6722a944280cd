import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFinal } from "../message/lattice.ts";
import type { Outcome } from "../message/message.ts";
import { catalogOf, DAY, HOUR, identify, MINUTE, SECOND, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const KEY_LIFE = 23 * HOUR;
const outcomes: readonly Outcome[] = [
  { kind: "accepted" },
  { kind: "retry", detail: "503" },
  { kind: "retry", detail: "429", retryAfterMs: 40 * MINUTE },
  { kind: "retry", detail: "429", retryAfterMs: 2 * DAY },
  { kind: "misconfigured", detail: "401" },
  { kind: "rejected", detail: "422" },
  { kind: "uncertain", detail: "cut" },
];
/** What happens next: the clock goes on (it may jump), somebody claims, or an attempt's answer comes, however late. */
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("time" as const),
      ms: fc.constantFrom(0, SECOND, MINUTE, 3 * MINUTE, HOUR, 12 * HOUR, 30 * HOUR),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("claim" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("answer" as const),
      attempt: fc.integer({ min: 1, max: 4 }),
      outcome: fc.constantFrom(...outcomes),
    }),
  },
);

describe("whatever the clock does between claim and answer", () => {
  it.each([true, false])("with an idempotency key %s: no attempt late, none after a yes, none doubled, and the message ends", (hasKey) => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        const provider = { key: "mail", channel: "email", type: "p", default: true, resendUncertain: hasKey } as const;
        const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }], providers: [provider] }));
        user.event(identify({ email: "a@b.c" }, START));
        const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
        const begun: number[] = [];
        const answered = new Map<number, Outcome>();
        const mayBeOut = (): boolean =>
          begun.some((_, index) => !["retry", "misconfigured", "rejected"].includes(answered.get(index + 1)?.kind ?? "none"));
        const claim = (): void => {
          const before = mayBeOut();
          const isSaid = [...answered.values()].some(({ kind }) => kind === "accepted");
          const { claim: said } = user.claim(id);
          if (said.kind !== "send") return;
          // Without a key nothing is sent again while an earlier attempt may have gone through.
          expect([hasKey || !before, isSaid]).toEqual([true, false]);
          begun.push(user.now);
          expect(said.attempt).toBe(begun.length);
          expect(user.now - (begun[0] ?? 0)).toBeLessThanOrEqual(KEY_LIFE);
        };
        for (const next of happenings) {
          if (next.type === "time") user.tick(user.now + next.ms);
          else if (next.type === "claim") claim();
          else if (next.attempt <= begun.length && !answered.has(next.attempt)) {
            answered.set(next.attempt, next.outcome);
            user.do({ type: "settled", message: id, attempt: next.attempt, outcome: next.outcome });
          }
        }
        for (let rounds = 0; rounds < 200 && !isFinal(user.history.message(id)?.status ?? "sent"); rounds++) {
          user.tick(Math.max(user.now, user.nextDue ?? user.now + DAY));
          claim();
        }
        const status = user.history.message(id)?.status ?? "";
        expect(["sent", "failed", "uncertain"]).toContain(status);
        // What was taken is called sent, and nothing that may be out is called failed.
        if ([...answered.values()].some(({ kind }) => kind === "accepted")) expect(status).toBe("sent");
        else if (status === "failed")
          expect(begun.every((_, index) => answered.has(index + 1) && answered.get(index + 1)?.kind !== "uncertain") || hasKey).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
