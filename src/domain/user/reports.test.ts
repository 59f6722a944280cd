import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasReached } from "../message/reach.ts";
import type { MessageStatus } from "../message/message.ts";
import { catalogOf, HOUR, identify, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const sent = (send: object = {}): { readonly user: TestUser; readonly message: string } => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney({}, send) }] }));
  user.event(identify({ email: "a@b.c" }, START));
  user.event(track("Go", START));
  const message = user.messages[0] ?? "";
  return { user, message };
};
const accepted = (send: object = {}) => {
  const made = sent(send);
  made.user.accept(made.message, START + MINUTE);
  return made;
};
const report = (user: TestUser, message: string, status: MessageStatus, now = user.now): void => {
  user.do({ type: "reported", message, status }, now);
};
const statusOf = (user: TestUser, message: string) => user.history.message(message)?.status;

describe("statuses are a lattice", () => {
  it("late or repeated webhooks never move one back, and what was reached is the same in any sequence", () => {
    const told: readonly MessageStatus[] = [
      "delivered",
      "opened",
      "clicked",
      "replied",
      "converted",
      "bounced",
      "complained",
      "unsubscribed",
    ];
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom(...told), { maxLength: 8 })
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const [one, other] = [list, shuffled].map((reports) => {
            const { user, message } = accepted();
            for (const status of [...reports, ...reports]) report(user, message, status);
            return user.history.message(message);
          });
          expect(other?.status).toBe(one?.status);
          expect(Object.keys(other?.reached ?? {}).toSorted()).toEqual(Object.keys(one?.reached ?? {}).toSorted());
          for (const status of list) expect(one !== undefined && hasReached(one, status)).toBe(true);
        },
      ),
    );
  });

  it("keeps the first instant of each status", () => {
    const { user, message } = accepted();
    report(user, message, "clicked", START + HOUR);
    report(user, message, "opened", START + 2 * HOUR);
    report(user, message, "clicked", START + 3 * HOUR);
    expect(user.history.message(message)?.reached).toEqual({ sent: START + MINUTE, clicked: START + HOUR, opened: START + 2 * HOUR });
    expect(statusOf(user, message)).toBe("clicked");
  });
});

describe("reports", () => {
  it("a report for a message of a merged user is noted by the user it became", () => {
    const { user, message } = accepted();
    const kept = user.history.message(message);
    const target = new TestUser(user.catalog, "u:target");
    target.event(track("X", START));
    target.do({ type: "reported", message, status: "bounced", ...(kept && { kept }) });
    expect(statusOf(target, message)).toBe("bounced");
    expect(target.state.profile.suppressions).toMatchObject({ "email:a@b.c": { address: "a@b.c" } });
  });

  it("one that overtakes the provider's answer lets the run go on, and the answer changes nothing more", () => {
    const { user, message } = sent();
    const { claim } = user.claim(message);
    report(user, message, "delivered", START + MINUTE);
    expect(user.runs[0]?.position.step).toBe("after");
    const { length } = user.facts;
    user.do({ type: "settled", message, attempt: claim.kind === "send" ? claim.attempt : 0, outcome: { kind: "accepted" } });
    expect(statusOf(user, message)).toBe("delivered");
    expect(user.facts.slice(length).filter(({ kind }) => kind === "step-entered")).toEqual([]);
  });

  it("nothing can be reported of a message that was never handed to a provider", () => {
    const { user, message } = sent();
    report(user, message, "opened");
    expect(statusOf(user, message)).toBe("queued");
  });

  it.each(["bounced", "complained"] as const)("%s suppresses the address, once", (status) => {
    const { user, message } = accepted();
    report(user, message, status);
    expect(user.state.profile.suppressions).toMatchObject({ "email:a@b.c": { reason: status, address: "a@b.c" } });
    user.do({ type: "unsuppress", channel: "email", evenComplaint: true });
    report(user, message, status);
    expect(user.state.profile.suppressions).toEqual({});
  });

  it.each([
    [{}, "channel:email"],
    [{ topic: "offers" }, "topic:offers"],
  ])("unsubscribed opts out of exactly what the message was: %j", (send, key) => {
    const { user, message } = accepted(send);
    report(user, message, "unsubscribed");
    expect(user.state.profile.subscriptions).toMatchObject({ [key]: { state: "opted-out" } });
  });
});
