import { describe, expect, it } from "vitest";
import type { Message, Outcome } from "../message/message.ts";
import {
  catalogOf,
  DAY,
  HOUR,
  identify,
  journey,
  MINUTE,
  sendJourney,
  START,
  TestUser,
  track,
  type CatalogParts,
} from "./user-kit.test-suite.ts";

const EMAIL = { email: "a@b.c", phone: "+1" };
const NIGHT = { from: "21:00", to: "08:00" };

/** A user with an address, in a workspace whose journeys send at once. START is a Monday, 08:00 UTC. */
const someone = (parts: CatalogParts, traits: Readonly<Record<string, string>> = {}, now = START): TestUser => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }], ...parts }), "u:u", now);
  user.event(identify({ ...EMAIL, ...traits }, now));
  return user;
};
/** Starts the journey and answers the message it wants sent. */
const go = (user: TestUser, now = user.now): string => user.event(track("Go", now)).deliver[0]?.message ?? "";
const settle = (user: TestUser, [message, attempt]: readonly [string, number], outcome: Outcome) =>
  user.do({ type: "settled", message, attempt, outcome });
const messageOf = (user: TestUser, id: string): Message | undefined => user.state.open[id] ?? user.history.message(id);
/** What a send step will say of its message. */
const amend = (user: TestUser, id: string, more: Partial<Message>): void => {
  const message = messageOf(user, id);
  if (message === undefined) throw new Error("expected the message");
  user.state = { ...user.state, open: { ...user.state.open, [id]: { ...message, ...more } } };
};

describe("caps are rolling windows per channel and in all", () => {
  const two = { rules: { caps: [{ channel: "email", count: 2, per: "P1D" }] } };

  it("skips with the reason, and the run goes on", () => {
    const user = someone(two);
    user.accept(go(user));
    user.accept(go(user, START + HOUR));
    const third = go(user, START + 2 * HOUR);
    expect(user.claim(third).claim).toEqual({ kind: "no", reason: "cap: 2 per P1D on email" });
    expect(messageOf(user, third)).toMatchObject({ status: "skipped", reason: "cap: 2 per P1D on email" });
    expect(user.steps.at(-1)).toBe("after");
  });

  it("counts a claim from its own instant until exactly `per` later", () => {
    const user = someone(two);
    user.accept(go(user));
    user.accept(go(user, START + HOUR));
    expect(user.claim(go(user, START + DAY - 1)).claim.kind).toBe("no");
    expect(user.claim(go(user, START + DAY)).claim.kind).toBe("send");
  });

  it("in all: other channels count too", () => {
    const text = journey({
      key: "texts",
      trigger: { type: "event", event: "Text" },
      start: "sms",
      steps: { sms: { type: "send", channel: "sms", template: "text" } },
    });
    const user = someone({ journeys: [{ definition: sendJourney() }, { definition: text }], rules: { caps: [{ count: 1, per: "PT1H" }] } });
    user.accept(go(user));
    const sms = user.event(track("Text", START + MINUTE)).deliver[0]?.message ?? "";
    expect(user.claim(sms).claim).toMatchObject({ reason: "cap: 1 per PT1H" });
    expect(user.state.claims).toEqual({ email: [START] });
  });

  it("counted at the claim, not when it is sent: two journeys, many messages for one user at once, hold exactly", () => {
    const other = sendJourney({ key: "other" });
    const user = someone({
      journeys: [{ definition: sendJourney() }, { definition: other }],
      rules: { caps: [{ channel: "email", count: 3, per: "P1D" }] },
    });
    const wanted = Array.from({ length: 5 }, () => user.event(track("Go", START)).deliver.map(({ message }) => message)).flat();
    expect(wanted).toHaveLength(10);
    const kinds = wanted.map((id) => user.claim(id).claim.kind);
    expect(kinds.filter((kind) => kind === "send")).toHaveLength(3);
    expect(kinds.slice(3).every((kind) => kind === "no")).toBe(true);
  });

  it.each([
    ["rejected", { kind: "rejected", detail: "400" }],
    ["unreachable", { kind: "unreachable", detail: "no such mailbox" }],
  ] as const)("released if the provider refuses: %s", (_name, outcome) => {
    const user = someone(two);
    user.accept(go(user));
    const refused = go(user);
    user.claim(refused);
    settle(user, [refused, 1], outcome);
    user.do({ type: "unsuppress", channel: "email" });
    expect(user.state.claims).toEqual({ email: [START] });
    expect(user.claim(go(user)).claim.kind).toBe("send");
  });

  it("released when it is given up for good", () => {
    const user = someone(two);
    const id = go(user);
    for (let due: number | undefined = START; due !== undefined && messageOf(user, id)?.status !== "failed"; due = user.nextDue) {
      user.tick(due);
      const { claim } = user.claim(id);
      if (claim.kind === "send") settle(user, [id, claim.attempt], { kind: "retry", detail: "503" });
    }
    expect(messageOf(user, id)).toMatchObject({ status: "failed" });
    expect(user.state.claims).toEqual({ email: [] });
  });

  it("released when its run exits before another attempt", () => {
    const user = someone({ ...two, journeys: [{ definition: sendJourney({ exit: { type: "event", event: "Order" } }) }] });
    const id = go(user);
    user.claim(id);
    settle(user, [id, 1], { kind: "retry", detail: "503" });
    user.event(track("Order", START + 1));
    expect(messageOf(user, id)).toMatchObject({ status: "skipped", reason: "exited" });
    expect(user.state.claims).toEqual({ email: [] });
  });

  it("counted again when a late answer says that a failed one was taken", () => {
    const user = someone(two);
    const id = go(user);
    user.claim(id);
    settle(user, [id, 1], { kind: "rejected", detail: "400" });
    settle(user, [id, 1], { kind: "accepted" });
    expect(user.state.claims).toEqual({ email: [START] });
  });

  it("not released when nobody knows its fate: the user may have it", () => {
    const user = someone(two);
    const id = go(user);
    user.claim(id);
    settle(user, [id, 1], { kind: "uncertain", detail: "cut" });
    expect(messageOf(user, id)).toMatchObject({ status: "uncertain" });
    expect(user.state.claims).toEqual({ email: [START] });
  });

  it("a message counts once however often it is claimed", () => {
    const user = someone({ rules: { caps: [{ channel: "email", count: 1, per: "P1D" }] } });
    const id = go(user);
    user.claim(id);
    settle(user, [id, 1], { kind: "retry", detail: "503" });
    user.sleep(START + MINUTE);
    expect(user.claim(id).claim).toMatchObject({ kind: "send", attempt: 2 });
    expect(user.state.claims).toEqual({ email: [START + MINUTE] });
  });

  it("another attempt counts from its own instant, and is asked like a new message: what went out since the first counts", () => {
    const user = someone({ rules: { caps: [{ channel: "email", count: 1, per: "PT1H" }] } });
    const first = go(user);
    user.claim(first);
    settle(user, [first, 1], { kind: "retry", detail: "503", retryAfterMs: 2 * HOUR });
    const second = go(user, START + HOUR);
    user.accept(second);
    user.sleep(START + 2 * HOUR - 1);
    expect(user.tick(START + 2 * HOUR).deliver).toEqual([{ channel: "email", message: first }]);
    // An hour and a moment after the second: it may go, and counts now.
    expect(user.claim(first, START + 2 * HOUR + 1).claim).toMatchObject({ kind: "send" });
    expect(user.claim(go(user, START + 2 * HOUR + MINUTE)).claim).toMatchObject({ reason: "cap: 1 per PT1H on email" });
    const third = someone({ rules: { caps: [{ channel: "email", count: 1, per: "PT1H" }] } });
    const waiting = go(third);
    third.claim(waiting);
    settle(third, [waiting, 1], { kind: "retry", detail: "503", retryAfterMs: 90 * MINUTE });
    third.accept(go(third, START + HOUR));
    third.sleep(START + 90 * MINUTE);
    expect(third.claim(waiting).claim).toMatchObject({ reason: "cap: 1 per PT1H on email" });
    expect(messageOf(third, waiting)).toMatchObject({ status: "skipped" });
    expect(third.state.claims).toEqual({ email: [START + HOUR] });
  });

  it("a refusal that turns out to be none takes no other message's place away", () => {
    const user = someone(two);
    const [one, other] = [go(user), go(user)];
    user.claim(one);
    user.claim(other);
    settle(user, [one, 1], { kind: "rejected", detail: "400" });
    settle(user, [one, 1], { kind: "accepted" });
    expect(user.state.claims).toEqual({ email: [START, START] });
  });

  it("transactional messages ignore caps, and are not counted", () => {
    const user = someone({ ...two, journeys: [{ definition: sendJourney({}, { transactional: true }) }] });
    for (let n = 0; n < 3; n++) expect(user.claim(go(user)).claim.kind).toBe("send");
    expect(user.state.claims).toEqual({});
  });

  it("without caps nothing is kept", () => {
    const user = someone({ rules: { quietHours: NIGHT } });
    const before = user.state.claims;
    user.accept(go(user));
    expect(user.state.claims).toBe(before);
  });
});

describe("quiet hours, window: held until that instant and asked again", () => {
  const at = (hour: number): number => START + (hour - 8) * HOUR;

  it("a held message wakes once, at its instant", () => {
    const user = someone({ rules: { quietHours: NIGHT } });
    const id = go(user, at(22));
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "quiet hours" });
    expect(messageOf(user, id)).toMatchObject({ status: "held", reason: "quiet hours", due: at(32) });
    expect(user.nextDue).toBe(at(32));
    const before = user.decisions.length;
    user.sleep(at(31));
    expect(user.decisions).toHaveLength(before);
    expect(user.tick(at(32)).deliver).toEqual([{ channel: "email", message: id }]);
    expect(user.claim(id).claim.kind).toBe("send");
  });

  it("quiet hours go by the user's zone, or by the one named", () => {
    const inTokyo = (rules: object): TestUser => someone({ rules }, { timezone: "Asia/Tokyo" });
    // 14:00 UTC is 23:00 in Tokyo.
    const own = inTokyo({ quietHours: NIGHT });
    expect(own.claim(go(own, at(14))).claim.kind).toBe("no");
    expect(own.nextDue).toBe(at(23));
    const named = inTokyo({ quietHours: { ...NIGHT, zone: "UTC" } });
    expect(named.claim(go(named, at(14))).claim.kind).toBe("send");
  });

  it("if the user's zone changes, the instant is another", () => {
    const user = someone({ rules: { quietHours: NIGHT } });
    const id = go(user, at(22));
    user.claim(id);
    expect(user.event(identify({ timezone: "Asia/Kolkata" }, at(23))).deliver).toEqual([]);
    expect(messageOf(user, id)?.due).toBe(at(26.5));
    expect(user.event(identify({ timezone: "America/New_York" }, at(24))).deliver).toEqual([{ channel: "email", message: id }]);
    expect(user.claim(id).claim.kind).toBe("send");
  });

  it("rules that are put anew hold from then on", () => {
    const user = someone({ rules: { quietHours: NIGHT } });
    const id = go(user, at(22));
    user.claim(id);
    user.catalog = catalogOf({ version: 2, journeys: [{ definition: sendJourney() }] });
    expect(user.do({ type: "refresh", silent: true }, at(23)).deliver).toEqual([{ channel: "email", message: id }]);
  });

  it("only for the channels named, and never for transactional messages", () => {
    const text = someone({ rules: { quietHours: { ...NIGHT, channels: ["sms"] } } });
    expect(text.claim(go(text, at(22))).claim.kind).toBe("send");
    const receipt = someone({ rules: { quietHours: NIGHT }, journeys: [{ definition: sendJourney({}, { transactional: true }) }] });
    expect(receipt.claim(go(receipt, at(22))).claim.kind).toBe("send");
  });

  it("a step's window, named or its own, holds a message until it opens", () => {
    const office = { days: ["tue"], from: "09:00", to: "17:00" } as const;
    for (const window of ["office", { ...office, days: ["tue" as const] }]) {
      const user = someone({ rules: { windows: { office } } });
      const id = go(user);
      amend(user, id, { window });
      expect(user.claim(id).claim).toEqual({ kind: "no", reason: "window" });
      expect(messageOf(user, id)?.due).toBe(START + DAY + HOUR);
      user.sleep(START + DAY + HOUR);
      expect(user.claim(id).claim.kind).toBe("send");
    }
  });

  it("quiet hours and a window together: the message wakes once, when neither holds it", () => {
    const user = someone({ rules: { quietHours: { from: "08:00", to: "12:00" }, windows: { early: { from: "07:00", to: "13:00" } } } });
    const id = go(user, at(9));
    amend(user, id, { window: "early" });
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "quiet hours" });
    expect(messageOf(user, id)?.due).toBe(at(12));
  });

  it("a window that quiet hours leave nothing of: skipped with the reason, never held for ever", () => {
    const user = someone({ rules: { quietHours: { from: "08:00", to: "12:00" }, windows: { early: { from: "09:00", to: "11:00" } } } });
    const id = go(user, at(9));
    amend(user, id, { window: "early" });
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "quiet hours leave nothing of its window" });
    expect(messageOf(user, id)?.status).toBe("skipped");
  });

  it("no attempt begins later than 23 h after the first: a retry that would have to wait longer is given up", () => {
    const user = someone({ rules: { windows: { monday: { days: ["mon"], from: "08:00", to: "09:00" } } } });
    const id = go(user);
    amend(user, id, { window: "monday" });
    user.claim(id);
    settle(user, [id, 1], { kind: "retry", detail: "503", retryAfterMs: 2 * HOUR });
    user.sleep(START + 2 * HOUR);
    expect(user.claim(id).claim.kind).toBe("no");
    expect(messageOf(user, id)).toMatchObject({ status: "failed", reason: "given up: window" });
  });
});

describe("the re-check, in its order", () => {
  const all = { caps: [{ count: 1, per: "P1D" }], quietHours: NIGHT };

  it("suppression before cap, cap before quiet hours", () => {
    const user = someone({ rules: all });
    user.accept(go(user));
    const second = go(user, START + 14 * HOUR);
    expect(user.claim(second).claim).toMatchObject({ reason: "cap: 1 per P1D" });
    user.do({ type: "suppress", channel: "*", reason: "asked" });
    expect(user.claim(go(user)).claim).toMatchObject({ reason: "suppressed: asked" });
  });

  it("unreachable before cap", () => {
    const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }], rules: all }));
    expect(user.claim(go(user, START + 14 * HOUR)).claim).toMatchObject({ reason: "unreachable" });
  });

  it("an exit that came true while the message was held stops it", () => {
    const user = someone({ rules: all, journeys: [{ definition: sendJourney({ exit: { type: "event", event: "Order" } }) }] });
    const id = go(user, START + 14 * HOUR);
    user.claim(id);
    user.event(track("Order", START + 15 * HOUR));
    expect(messageOf(user, id)).toMatchObject({ status: "skipped", reason: "exited" });
    expect(user.claim(id, START + DAY).claim.kind).toBe("no");
  });

  it("an opt-out while the message was held counts: asked again means everything", () => {
    const user = someone({ rules: all });
    const id = go(user, START + 14 * HOUR);
    user.claim(id);
    user.do({ type: "subscription", id: "s", channel: "email", state: "opted-out" });
    user.sleep(START + DAY);
    expect(user.claim(id).claim).toMatchObject({ reason: "unsubscribed from the channel" });
  });
});

describe("a topic that is opted out by default needs an opt-in", () => {
  const topics = [{ key: "offers", name: "Offers", channels: ["email"], default: "opted-out" }];
  const parts = { topics, journeys: [{ definition: sendJourney({}, { topic: "offers" }) }] };

  it("without one the message is skipped, with one of the topic or of it on the channel it goes out", () => {
    const silent = someone(parts);
    expect(silent.claim(go(silent)).claim).toMatchObject({ reason: "not subscribed to the topic" });
    for (const channel of [undefined, "email"] as const) {
      const user = someone(parts);
      user.do({ type: "subscription", id: "s", topic: "offers", state: "opted-in", ...(channel && { channel }) });
      expect(user.claim(go(user)).claim.kind).toBe("send");
    }
  });

  it("an opt-in on another channel is none", () => {
    const user = someone(parts);
    user.do({ type: "subscription", id: "s", topic: "offers", channel: "sms", state: "opted-in" });
    expect(user.claim(go(user)).claim.kind).toBe("no");
  });

  it("one that is opted in by default, or that nobody defined, needs none", () => {
    for (const defined of [[{ ...topics[0], default: "opted-in" }], []]) {
      const user = someone({ ...parts, topics: defined });
      expect(user.claim(go(user)).claim.kind).toBe("send");
    }
  });

  it("transactional messages ignore it", () => {
    const user = someone({ topics, journeys: [{ definition: sendJourney({}, { topic: "offers", transactional: true }) }] });
    expect(user.claim(go(user)).claim.kind).toBe("send");
  });
});

describe("an address the step names is checked like any other", () => {
  it("goes there, and is skipped when that address is suppressed", () => {
    const user = someone({});
    const id = go(user);
    amend(user, id, { to: "boss@b.c" });
    expect(user.claim(id).claim).toMatchObject({ rendered: { to: "boss@b.c" } });
    settle(user, [id, 1], { kind: "unreachable", detail: "no such mailbox" });
    const again = go(user);
    amend(user, again, { to: "boss@b.c" });
    expect(user.claim(again).claim).toMatchObject({ reason: "suppressed: no such mailbox" });
    expect(user.claim(go(user)).claim).toMatchObject({ rendered: { to: "a@b.c" } });
  });

  it("each suppressed address stays suppressed, whichever others follow; lifting the channel's lifts them all", () => {
    const user = someone({});
    for (const to of ["boss@b.c", "a@b.c"]) {
      const id = go(user);
      amend(user, id, { to });
      user.claim(id);
      settle(user, [id, 1], { kind: "unreachable", detail: `nobody at ${to}` });
    }
    for (const to of ["boss@b.c", "a@b.c"]) {
      const id = go(user);
      amend(user, id, { to });
      expect(user.claim(id).claim).toMatchObject({ reason: `suppressed: nobody at ${to}` });
    }
    user.do({ type: "unsuppress", channel: "email" });
    expect(user.claim(go(user)).claim.kind).toBe("send");
  });
});

describe("those held out go on with messages withheld and counted", () => {
  it("the message is closed as skipped, held out, and uses no place under a cap", () => {
    const user = someone({ rules: { caps: [{ count: 1, per: "P1D" }] } });
    const id = go(user);
    user.state = { ...user.state, runs: Object.fromEntries(user.runs.map((run) => [run.id, { ...run, withheld: true as const }])) };
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "held out" });
    expect(messageOf(user, id)).toMatchObject({ status: "skipped", reason: "held out" });
    expect(user.state.claims).toEqual({});
    expect(user.steps.at(-1)).toBe("after");
  });

  it("quiet hours hold it as they hold the others, so that both go through the journey alike", () => {
    const user = someone({ rules: { quietHours: NIGHT } });
    const id = go(user, START + 14 * HOUR);
    user.state = { ...user.state, runs: Object.fromEntries(user.runs.map((run) => [run.id, { ...run, withheld: true as const }])) };
    expect(user.claim(id).claim).toEqual({ kind: "no", reason: "quiet hours" });
  });
});

describe("each status is counted once per message", () => {
  it("tells each status it came to once, however late, repeated or out of order its report", () => {
    const user = someone({});
    const id = go(user);
    user.accept(id);
    for (const status of ["clicked", "delivered", "opened", "clicked", "delivered", "sent"] as const)
      user.do({ type: "reported", message: id, status });
    const told = user.kinds("message").flatMap((fact) => (fact.kind === "message" ? (fact.reached ?? []) : []));
    expect(told.toSorted()).toEqual(["clicked", "delivered", "opened", "sent"]);
    expect(messageOf(user, id)?.status).toBe("clicked");
  });

  it("a report that overtakes the provider's answer counts as sent, and lets the run go on", () => {
    const user = someone({});
    const id = go(user);
    user.claim(id);
    user.do({ type: "reported", message: id, status: "delivered" });
    expect(user.steps.at(-1)).toBe("after");
    settle(user, [id, 1], { kind: "accepted", providerMessageId: "p" });
    const told = user.kinds("message").flatMap((fact) => (fact.kind === "message" ? (fact.reached ?? []) : []));
    expect(told.toSorted()).toEqual(["delivered", "sent"]);
    expect(messageOf(user, id)).toMatchObject({ status: "delivered", providerMessageId: "p" });
  });
});
