import { describe, expect, it } from "vitest";
import type { Outcome } from "../message/message.ts";
import {
  catalogOf,
  DAY,
  HOUR,
  identify,
  MINUTE,
  renderAnything,
  SECOND,
  sendJourney,
  START,
  TestUser,
  track,
} from "./user-kit.test-suite.ts";

const EMAIL = { email: "a@b.c" };
const sending = (fields: object = {}, send: object = {}, more: object = {}) => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney(fields, send) }], ...more }));
  user.event(identify({ ...EMAIL, phone: "+1" }, START));
  const { deliver } = user.event(track("Go", START));
  return { user, id: deliver[0]?.message ?? "" };
};
const settle = (user: TestUser, [message, attempt]: readonly [string, number], outcome: Outcome, now = user.now) =>
  user.do({ type: "settled", message, attempt, outcome }, now);
const lastMessage = (user: TestUser) => user.kinds("message").at(-1);
const uncertain: Outcome = { kind: "uncertain", detail: "cut" };

describe("claim", () => {
  it("renders once, leases for two minutes, and says to whom by which provider", () => {
    const { user, id } = sending();
    const { claim, nextDue } = user.claim(id);
    expect(claim).toMatchObject({ kind: "send", attempt: 1, rendered: { provider: "outbox", to: "a@b.c", content: { subject: "Hello" } } });
    expect(nextDue).toBe(START + 2 * MINUTE);
  });

  it("refuses a second claim while the lease runs, and any claim of what is settled or unknown", () => {
    const { user, id } = sending();
    user.claim(id);
    expect(user.claim(id, START + MINUTE).claim).toEqual({ kind: "no", reason: "claimed" });
    settle(user, [id, 1], { kind: "accepted" });
    expect(user.claim(id, START + HOUR).claim).toEqual({ kind: "no", reason: "sent" });
    expect(user.claim("nothing").claim).toEqual({ kind: "no", reason: "unknown" });
  });

  it("keeps the content of the first claim: every retry is byte-identical", () => {
    const { user, id } = sending();
    user.claim(id);
    settle(user, [id, 1], { kind: "retry", detail: "429" });
    user.event(identify({ email: "new@b.c" }, START + SECOND));
    user.sleep(START + MINUTE);
    expect(user.claim(id, START + MINUTE, () => ({ ok: false, reason: "rendered twice" })).claim).toMatchObject({
      attempt: 2,
      rendered: { to: "a@b.c" },
    });
  });

  it("fails a message that cannot be rendered, with the reason, and lets the run go on", () => {
    const { user, id } = sending();
    expect(user.claim(id, START, () => ({ ok: false, reason: "user.name is missing" })).claim.kind).toBe("no");
    expect(lastMessage(user)).toMatchObject({ status: "failed", reason: "user.name is missing" });
    expect(user.steps).toEqual(["send", "after"]);
  });

  it("takes due timers first: an exit that came true by time stops the message", () => {
    const { user, id } = sending({ exit: { type: "not", condition: { type: "event", event: "Go", since: "ever", within: "PT1M" } } });
    expect(user.claim(id, START + MINUTE).claim).toMatchObject({ kind: "no" });
    expect(lastMessage(user)).toMatchObject({ status: "skipped", reason: "exited" });
  });

  it("holds the message of a paused journey and offers it again on resume", () => {
    const { user, id } = sending();
    const at = (version: number, status: "paused" | "live") => catalogOf({ version, journeys: [{ status, definition: sendJourney() }] });
    user.catalog = at(2, "paused");
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "paused" });
    expect(user.nextDue).toBeUndefined();
    user.catalog = at(3, "live");
    expect(user.do({ type: "refresh", silent: true }, START + DAY).deliver).toEqual([{ channel: "email", message: id }]);
    expect(user.claim(id).claim.kind).toBe("send");
  });

  it("starts no claim once stop has answered", () => {
    const { user, id } = sending();
    user.catalog = catalogOf({ version: 2, journeys: [{ status: "stopped", definition: sendJourney() }] });
    expect(user.claim(id).claim.kind).toBe("no");
    expect(lastMessage(user)).toMatchObject({ status: "skipped", reason: "stopped" });
  });

  it.each([
    ["a global suppression", { type: "suppress", channel: "*", reason: "asked" }, "suppressed: asked", true],
    ["a suppression of the channel", { type: "suppress", channel: "email", reason: "bounced" }, "suppressed: bounced", true],
    [
      "an opt-out of the channel",
      { type: "subscription", id: "s", channel: "email", state: "opted-out" },
      "unsubscribed from the channel",
      false,
    ],
    [
      "an opt-out of the topic",
      { type: "subscription", id: "s", topic: "offers", state: "opted-out" },
      "unsubscribed from the topic",
      false,
    ],
    [
      "an opt-out of the topic on the channel",
      { type: "subscription", id: "s", topic: "offers", channel: "email", state: "opted-out" },
      "unsubscribed from the topic",
      false,
    ],
  ] as const)("skips for %s, transactional messages only for suppressions", (_name, stimulus, reason, isHard) => {
    for (const transactional of [false, true]) {
      const { user, id } = sending({}, { topic: "offers", transactional });
      user.do(stimulus);
      const skips = !transactional || isHard;
      expect(user.claim(id).claim).toMatchObject(skips ? { kind: "no", reason } : { kind: "send" });
      expect(user.steps).toEqual(skips ? ["send", "after"] : ["send"]);
    }
  });

  it("sends after an opt-out of another topic, and again after an opt-in or unsuppress", () => {
    const { user, id } = sending({}, { topic: "offers" });
    user.do({ type: "subscription", id: "s", topic: "news", state: "opted-out" });
    user.do({ type: "subscription", id: "s", topic: "offers", state: "opted-out" });
    user.do({ type: "subscription", id: "s", topic: "offers", state: "opted-in" });
    user.do({ type: "suppress", channel: "*", reason: "x" });
    user.do({ type: "unsuppress", channel: "*" });
    expect(user.claim(id).claim.kind).toBe("send");
  });

  it("skips as unreachable without an address; webhooks are always reachable", () => {
    for (const [channel, template] of [
      ["email", "hello"],
      ["sms", "text"],
      ["webhook", "hook"],
    ] as const) {
      const { user, id } = sending({}, { channel, template });
      user.event(identify({ email: "", phone: null }, START + 1));
      expect(user.claim(id, START + 2).claim).toMatchObject(
        channel === "webhook" ? { kind: "send", rendered: { to: "https://example.com/hook" } } : { kind: "no", reason: "unreachable" },
      );
    }
  });

  it("holds the message where its provider is gone, as where it is misconfigured, and gives up after 23 h", () => {
    const { user, id } = sending({}, {}, { providers: [] });
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "no provider" });
    expect(lastMessage(user)).toMatchObject({ status: "held", reason: "misconfigured: there is no such provider" });
    for (let due = user.nextDue; due !== undefined && user.steps.length === 1; due = user.nextDue) {
      user.tick(due);
      user.claim(id);
    }
    expect(lastMessage(user)).toMatchObject({ status: "failed" });
    expect(user.now).toBeLessThanOrEqual(START + 23 * HOUR);
    expect(user.now).toBeGreaterThan(START + 20 * HOUR);
  });

  it("follows onFailure when skipped or failed", () => {
    const exits = sending({}, { onFailure: "exit" });
    exits.user.claim(exits.id, START, () => ({ ok: false, reason: "x" }));
    expect(exits.user.endings).toEqual(["send-failed"]);
    const steps = sending({}, { onFailure: { step: "end" } });
    steps.user.do({ type: "suppress", channel: "email", reason: "x" });
    steps.user.claim(steps.id);
    expect(steps.user.endings).toEqual(["exit-step"]);
  });

  it("offers a message nobody claimed again after 15 s, then ever less often, and not once it is settled", () => {
    const { user, id } = sending();
    user.sleep(START + 2 * MINUTE);
    const offered = user.decisions.filter((decision) => decision.deliver.some(({ message }) => message === id)).length;
    expect(offered).toBe(1 + 4);
    user.accept(id);
    expect(user.nextDue).toBe(user.now + HOUR);
  });
});

describe("settle", () => {
  it("accepted: the message is sent, the run goes on, and its waits count from then", () => {
    const { user, id } = sending();
    user.claim(id, START + 10 * SECOND);
    settle(user, [id, 1], { kind: "accepted", providerMessageId: "p1" }, START + 20 * SECOND);
    expect(user.history.message(id)).toMatchObject({ status: "sent", sentAt: START + 20 * SECOND, providerMessageId: "p1" });
    expect(user.state.open).toEqual({});
    expect(user.nextDue).toBe(START + 20 * SECOND + HOUR);
  });

  it("retry: backs off with jitter, honours Retry-After, and the next claim is the next attempt", () => {
    const { user, id } = sending();
    user.claim(id);
    settle(user, [id, 1], { kind: "retry", detail: "503" });
    expect(user.nextDue).toBeGreaterThanOrEqual(START + 7_500);
    expect(user.nextDue).toBeLessThanOrEqual(START + 12_500);
    expect(user.claim(id, START + SECOND).claim).toEqual({ kind: "no", reason: "503" });
    user.sleep(START + 13 * SECOND);
    expect(user.claim(id).claim).toMatchObject({ kind: "send", attempt: 2 });
    settle(user, [id, 2], { kind: "retry", detail: "429", retryAfterMs: HOUR });
    expect(user.nextDue).toBe(START + 13 * SECOND + HOUR);
    // The back-off is there for people to see: why it was held, at which attempt, and until when.
    expect(lastMessage(user)).toMatchObject({ status: "held", reason: "429", attempts: 2, until: START + 13 * SECOND + HOUR });
  });

  it("retry: gives up within 23 h of the first claim; the dead message is failed", () => {
    const { user, id } = sending();
    for (let due: number | undefined = START; due !== undefined && user.steps.length === 1; due = user.nextDue) {
      user.tick(due);
      const { claim } = user.claim(id);
      if (claim.kind === "send") settle(user, [id, claim.attempt], { kind: "retry", detail: "503" });
    }
    expect(user.now).toBeLessThanOrEqual(START + 23 * HOUR);
    expect(lastMessage(user)).toMatchObject({ status: "failed", reason: "given up: 503" });
  });

  it("rejected: failed, never retried", () => {
    const { user, id } = sending();
    user.claim(id);
    settle(user, [id, 1], { kind: "rejected", detail: "400" });
    expect(lastMessage(user)).toMatchObject({ status: "failed", reason: "400" });
    expect(user.steps).toEqual(["send", "after"]);
  });

  it("unreachable: failed, and that address is suppressed until the user has another", () => {
    const { user, id } = sending();
    user.claim(id);
    settle(user, [id, 1], { kind: "unreachable", detail: "no such mailbox" });
    expect(user.kinds("suppressed")).toMatchObject([{ channel: "email", reason: "no such mailbox" }]);
    const second = user.event(track("Go", START + 1)).deliver[0]?.message ?? "";
    expect(user.claim(second).claim).toMatchObject({ kind: "no", reason: "suppressed: no such mailbox" });
    user.event(identify({ email: "new@b.c" }, START + 2));
    const third = user.event(track("Go", START + 3)).deliver[0]?.message ?? "";
    expect(user.claim(third).claim).toMatchObject({ kind: "send", rendered: { to: "new@b.c" } });
  });

  it("misconfigured: held, minutes apart, with the reason", () => {
    const { user, id } = sending();
    user.claim(id);
    settle(user, [id, 1], { kind: "misconfigured", detail: "401" });
    expect(lastMessage(user)).toMatchObject({ status: "held", reason: "misconfigured: 401" });
    expect(user.nextDue).toBeGreaterThan(START + 3 * MINUTE);
  });

  it("uncertain: marked and never doubled where the provider has no idempotency key", () => {
    const { user, id } = sending();
    user.claim(id);
    settle(user, [id, 1], uncertain);
    expect(lastMessage(user)).toMatchObject({ status: "uncertain" });
    expect(user.steps).toEqual(["send", "after"]);
  });

  it("uncertain: sent again under the same key where the provider has one", () => {
    const { user, id } = sending(
      {},
      {},
      { providers: [{ key: "resend", channel: "email", type: "resend", default: true, resendUncertain: true }] },
    );
    user.claim(id);
    settle(user, [id, 1], uncertain);
    user.sleep(START + MINUTE);
    expect(user.claim(id).claim).toMatchObject({ kind: "send", attempt: 2 });
  });

  it("an expired lease is an uncertain outcome", () => {
    const { user, id } = sending();
    user.claim(id);
    user.sleep(START + 2 * MINUTE);
    expect(lastMessage(user)).toMatchObject({ status: "uncertain", reason: "no answer within the lease" });
    expect(user.claim(id).claim.kind).toBe("no");
  });

  it("an old attempt's acceptance always counts: the message is never sent again", () => {
    const again = { providers: [{ key: "resend", channel: "email", type: "resend", default: true, resendUncertain: true }] };
    const { user, id } = sending({}, {}, again);
    user.claim(id);
    user.sleep(START + 3 * MINUTE);
    settle(user, [id, 1], { kind: "accepted" });
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "sent" });
    const claimedTwice = sending({}, {}, again);
    claimedTwice.user.claim(claimedTwice.id);
    claimedTwice.user.sleep(START + 3 * MINUTE);
    claimedTwice.user.claim(claimedTwice.id);
    settle(claimedTwice.user, [claimedTwice.id, 1], { kind: "accepted" });
    settle(claimedTwice.user, [claimedTwice.id, 2], { kind: "rejected", detail: "x" });
    expect(claimedTwice.user.history.message(claimedTwice.id)).toMatchObject({ status: "sent" });
    const givenUp = sending();
    givenUp.user.claim(givenUp.id);
    givenUp.user.sleep(START + 3 * MINUTE);
    settle(givenUp.user, [givenUp.id, 1], { kind: "accepted" });
    expect(givenUp.user.history.message(givenUp.id)).toMatchObject({ status: "sent" });
    expect(givenUp.user.steps).toEqual(["send", "after"]);
  });

  it("tells which copies an attempt left out, also once it is sent again", () => {
    const { user, id } = sending();
    user.claim(id);
    const leftOut = ["boss@b.c"];
    user.do({ type: "settled", message: id, attempt: 1, outcome: { kind: "retry", detail: "503" }, leftOut });
    expect(lastMessage(user)).toMatchObject({ status: "held", leftOut });
    user.sleep(START + MINUTE);
    user.claim(id);
    settle(user, [id, 2], { kind: "accepted" });
    expect(lastMessage(user)).toMatchObject({ status: "sent", leftOut });
  });

  it("is idempotent by message and attempt, and ignores attempts that never were", () => {
    const { user, id } = sending();
    settle(user, [id, 1], { kind: "accepted" });
    expect(lastMessage(user)).toMatchObject({ status: "queued" });
    user.claim(id);
    settle(user, [id, 1], { kind: "accepted" });
    const { state } = user;
    for (const outcome of [{ kind: "accepted" }, { kind: "rejected", detail: "x" }, uncertain] as const)
      expect(settle(user, [id, 1], outcome).state).toBe(state);
  });

  it("lets a claimed message take its course when its run exits meanwhile", () => {
    const { user, id } = sending({ exit: { type: "event", event: "Order" } });
    user.claim(id);
    user.event(track("Order", START + 1));
    expect(user.endings).toEqual(["exited"]);
    settle(user, [id, 1], { kind: "accepted" });
    expect(user.history.message(id)).toMatchObject({ status: "sent" });
    expect(user.steps).toEqual(["send"]);
  });

  it("drops a message that waits for its retry when its run exits", () => {
    const { user, id } = sending({ exit: { type: "event", event: "Order" } });
    user.claim(id);
    settle(user, [id, 1], { kind: "retry", detail: "503" });
    user.event(track("Order", START + 1));
    expect(lastMessage(user)).toMatchObject({ status: "skipped", reason: "exited" });
    expect(user.claim(id, START + HOUR, renderAnything).claim.kind).toBe("no");
  });

  describe("one that an unclear attempt may have brought to its user", () => {
    const keyed = { key: "mail", channel: "email", type: "resend", default: true, resendUncertain: true } as const;
    const unclear = (fields: object = {}) => {
      const made = sending(fields, {}, { providers: [keyed] });
      made.user.claim(made.id);
      settle(made.user, [made.id, 1], uncertain);
      return made;
    };

    it("is never called skipped: opted out, suppressed, exited or taken back before the next attempt, its fate is unknown", () => {
      const ways: readonly ((user: TestUser, id: string) => void)[] = [
        (user) => user.do({ type: "subscription", id: "s", channel: "email", state: "opted-out" }),
        (user) => user.do({ type: "suppress", channel: "email", reason: "asked" }),
        (user) => user.event(track("Order", START + 1)),
        (user, id) => user.do({ type: "cancel", message: id }),
      ];
      for (const way of ways) {
        const { user, id } = unclear({ exit: { type: "event", event: "Order" } });
        way(user, id);
        user.sleep(START + MINUTE);
        expect(user.claim(id).claim.kind).toBe("no");
        expect(user.history.message(id)).toMatchObject({ status: "uncertain" });
        // The answer of the unclear attempt comes after all, and counts.
        settle(user, [id, 1], { kind: "accepted" });
        expect(user.history.message(id)).toMatchObject({ status: "sent" });
      }
    });

    it("is not sent again by a provider put in the place of the one that would have known it", () => {
      const { user, id } = unclear();
      user.catalog = catalogOf({
        version: 2,
        journeys: [{ definition: sendJourney() }],
        providers: [{ ...keyed, type: "sendgrid", resendUncertain: false }],
      });
      user.sleep(START + MINUTE);
      expect(user.claim(id).claim.kind).toBe("no");
      expect(user.history.message(id)).toMatchObject({ status: "uncertain" });
    });
  });
});
