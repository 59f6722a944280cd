import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogProvider } from "../catalog/catalog.ts";
import type { Outcome } from "../message/message.ts";
import { catalogOf, HOUR, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const provider: CatalogProvider = { key: "fcm", channel: "push", type: "fcm", default: true, resendUncertain: false };
const steps = {
  send: { type: "send", channel: "push", template: "note", next: "after", onFailure: { step: "missed" } },
  after: { type: "wait", for: "P30D", next: "end" },
  missed: { type: "exit", reason: "missed" },
  end: { type: "exit" },
};
const catalog = catalogOf({
  providers: [provider],
  journeys: [{ definition: sendJourney({ steps }) }],
  rules: { caps: [{ channel: "push", count: 5, per: "P7D" }] },
});

const outcomes: readonly Outcome[] = [
  { kind: "accepted" },
  { kind: "rejected", detail: "no" },
  { kind: "unreachable", detail: "gone" },
  { kind: "retry", detail: "503" },
  { kind: "misconfigured", detail: "401" },
  { kind: "uncertain", detail: "cut" },
];

/** Claims, answers and waits, in any order; a repetition of each now and then. */
const anyAct = fc.record({
  act: fc.constantFrom("claim", "settle", "sleep", "again"),
  which: fc.nat({ max: 5 }),
  outcome: fc.constantFrom(...outcomes),
});

describe("a push message to several devices, whatever becomes of each", () => {
  it("is taken at most once by each device, ends, lets its run go on once, and says of itself what the devices say", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(anyAct, { maxLength: 40 }), (devices, acts) => {
        const user = new TestUser(catalog);
        for (let index = 0; index < devices; index++)
          user.do({ type: "devices", id: `d${index}`, add: [{ token: `t${index}`, platform: "android" }], remove: [] }, START + index);
        user.event(track("Go", START + HOUR));
        const firstId = user.messages[0] ?? "";
        const claims: { readonly id: string; readonly to: string; readonly attempt: number; settled: boolean }[] = [];
        const taken: string[] = [];
        const claim = (which: number): void => {
          const queued = Object.values(user.state.open).filter(({ status }) => status === "queued");
          const chosen = queued[which % Math.max(1, queued.length)];
          const answer = chosen && user.claim(chosen.id).claim;
          if (chosen && answer?.kind === "send")
            claims.push({ id: chosen.id, to: answer.rendered.to, attempt: answer.attempt, settled: false });
        };
        const settle = (which: number, outcome: Outcome): void => {
          const waiting = claims.filter(({ settled }) => !settled);
          const chosen = waiting[which % Math.max(1, waiting.length)];
          if (chosen === undefined) return;
          chosen.settled = true;
          if (outcome.kind === "accepted") taken.push(chosen.to);
          user.do({ type: "settled", message: chosen.id, attempt: chosen.attempt, outcome });
        };
        for (const { act, which, outcome } of acts) {
          if (act === "claim") claim(which);
          if (act === "settle") settle(which, outcome);
          if (act === "sleep") user.sleep(user.now + which * 20 * MINUTE);
          const last = claims.at(-1);
          if (act === "again" && last?.settled === true)
            user.do({ type: "settled", message: last.id, attempt: last.attempt, outcome: { kind: "rejected", detail: "old news" } });
        }
        // Everything comes to an end: what is claimed runs out of its lease, what waits is refused.
        for (let turn = 0; turn < 60 && Object.keys(user.state.open).length > 0; turn++) {
          for (let each = 0; each <= devices; each++) claim(0);
          for (let each = 0; each <= devices; each++) settle(0, { kind: "rejected", detail: "the end" });
          user.sleep(user.now + HOUR);
        }
        const first = user.history.message(firstId);
        expect(Object.keys(user.state.open)).toEqual([]);
        expect(user.messages.length).toBeLessThanOrEqual(devices);
        expect(new Set(taken).size).toBe(taken.length);
        const statuses = user.messages.map((id) => user.history.message(id)?.status);
        const best = ["sent", "uncertain", "failed", "skipped"].find((status) => statuses.includes(status as "sent"));
        if (taken.length > 0) expect(first?.status).toBe("sent");
        else if (first?.status !== "skipped") expect(first?.status).toBe(best);
        expect(user.steps.filter((step) => step === "after" || step === "missed")).toHaveLength(1);
        expect(user.state.claims["push"] ?? []).toHaveLength(first?.status === "sent" || first?.status === "uncertain" ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });
});
