import { stoppedAtProvider } from "../consent/stop.ts";
import { describe, expect, it } from "vitest";
import type { CatalogProvider } from "../catalog/catalog.ts";
import type { Outcome } from "../message/message.ts";
import { catalogOf, DAY, HOUR, identify, MINUTE, SECOND, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const mail = (key: string, more: Partial<CatalogProvider> = {}): CatalogProvider => ({
  key,
  channel: "email",
  type: "resend",
  default: false,
  resendUncertain: true,
  ...more,
});
const chain = [mail("a", { default: true, fallback: "b" }), mail("b", { fallback: "c" }), mail("c")];
const paused = (key: string, providers: readonly CatalogProvider[] = chain) =>
  providers.map((one) => (one.key === key ? { ...one, paused: true as const } : one));
const catalog = (providers: readonly CatalogProvider[] = chain, version = 1) =>
  catalogOf({ version, journeys: [{ definition: sendJourney() }], providers });

const queued = (providers?: readonly CatalogProvider[]) => {
  const user = new TestUser(catalog(providers));
  user.event(identify({ email: "a@b.c" }, START));
  user.event(track("Go", START));
  return { user, message: user.messages[0] ?? "" };
};
const messageOf = (user: TestUser, id: string) => user.history.message(id);
/** Claims the message, and settles what was to be sent. Answers who was to send it, or why not. */
const attempt = (user: TestUser, message: string, outcome: Outcome, now = user.now): string => {
  const { claim } = user.claim(message, now);
  if (claim.kind !== "send") return claim.kind === "no" ? claim.reason : claim.kind;
  user.do({ type: "settled", message, attempt: claim.attempt, outcome });
  return claim.rendered.provider;
};
const retry: Outcome = { kind: "retry", detail: "429" };
const rejected: Outcome = { kind: "rejected", detail: "422" };
const misconfigured: Outcome = { kind: "misconfigured", detail: "401" };

describe("failover to another provider only after a definite refusal", () => {
  it.each([rejected, misconfigured])("$kind: the next of the chain has it at once, with the same content, and each once", (outcome) => {
    const { user, message } = queued();
    expect(attempt(user, message, outcome)).toBe("a");
    const first = messageOf(user, message)?.rendered;
    expect(messageOf(user, message)).toMatchObject({ status: "queued", reason: expect.stringContaining("b is next") as string });
    expect(attempt(user, message, outcome)).toBe("b");
    expect(attempt(user, message, { kind: "accepted" })).toBe("c");
    expect(messageOf(user, message)).toMatchObject({ status: "sent", rendered: { ...first, provider: "c" } });
  });

  it("at the end of the chain a refusal is what it is without one", () => {
    const { user, message } = queued();
    for (const key of ["a", "b", "c"]) expect(attempt(user, message, rejected)).toBe(key);
    expect(messageOf(user, message)?.status).toBe("failed");
  });

  it("retry: only after three attempts, or when the provider asks for long patience; its attempts begin anew", () => {
    const { user, message } = queued();
    for (const _ of [1, 2, 3]) {
      expect(attempt(user, message, retry)).toBe("a");
      user.sleep(user.now + 2 * MINUTE);
    }
    expect(attempt(user, message, retry)).toBe("b");
    expect(messageOf(user, message)).toMatchObject({ status: "held", due: expect.any(Number) as number });
    expect((messageOf(user, message)?.due ?? 0) - user.now).toBeLessThan(13 * SECOND);
    user.sleep(user.now + 2 * MINUTE);
    expect(attempt(user, message, { ...retry, retryAfterMs: HOUR })).toBe("b");
    expect(messageOf(user, message)?.rendered?.provider).toBe("c");
  });

  it("never after an uncertain attempt, however the next one ends", () => {
    const { user, message } = queued();
    expect(attempt(user, message, { kind: "uncertain", detail: "cut" })).toBe("a");
    user.sleep(user.now + 2 * MINUTE);
    expect(attempt(user, message, misconfigured)).toBe("a");
    expect(messageOf(user, message)).toMatchObject({ status: "held", rendered: { provider: "a" } });
    user.catalog = catalog(paused("a"), 2);
    user.sleep(user.now + HOUR);
    expect(attempt(user, message, misconfigured)).toBe("provider paused");
  });

  it("never because of the address: unreachable", () => {
    const { user, message } = queued();
    attempt(user, message, { kind: "unreachable", detail: "no such mailbox" });
    expect(messageOf(user, message)?.status).toBe("failed");
  });

  it("a late answer of the provider before does not touch what the next one has", () => {
    const { user, message } = queued();
    attempt(user, message, rejected);
    const { claim } = user.claim(message);
    user.do({ type: "settled", message, attempt: 1, outcome: rejected });
    expect(messageOf(user, message)?.status).toBe("claimed");
    expect(claim).toMatchObject({ kind: "send", attempt: 2 });
  });
});

describe("a misconfigured provider is paused", () => {
  it("messages go by its fallback meanwhile", () => {
    const { user, message } = queued(paused("a"));
    expect(attempt(user, message, { kind: "accepted" })).toBe("b");
  });

  it("without one they are held, and sent after the resume", () => {
    const alone = [mail("a", { default: true })];
    const { user, message } = queued(paused("a", alone));
    expect(attempt(user, message, { kind: "accepted" })).toBe("provider paused");
    expect(messageOf(user, message)?.status).toBe("held");
    user.catalog = catalog(alone, 2);
    expect(user.tick(user.now + MINUTE).deliver).toEqual([{ channel: "email", message }]);
    expect(attempt(user, message, { kind: "accepted" })).toBe("a");
  });

  it("one whose own attempt said so waits for the same resume", () => {
    const alone = [mail("a", { default: true })];
    const { user, message } = queued(alone);
    attempt(user, message, misconfigured);
    user.catalog = catalog(paused("a", alone), 2);
    expect(user.tick(user.now + SECOND).deliver).toEqual([]);
    user.catalog = catalog(alone, 3);
    expect(user.tick(user.now + SECOND).deliver).toEqual([{ channel: "email", message }]);
  });

  it("for 23 hours at the longest; then they are given up", () => {
    const { user, message } = queued(paused("a", [mail("a", { default: true })]));
    for (let hour = 0; hour < 60 && messageOf(user, message)?.status !== "failed"; hour++) {
      attempt(user, message, { kind: "accepted" });
      user.sleep(user.now + HOUR / 2);
    }
    expect(messageOf(user, message)).toMatchObject({ status: "failed", reason: "given up: provider paused" });
    expect(user.now - START).toBeGreaterThan(22 * HOUR);
    expect(user.now - START).toBeLessThan(25 * HOUR);
  });
});

describe("a provider's rate", () => {
  const limited = [mail("a", { default: true, rate: { count: 10, perMs: SECOND } })];

  it("asks for a place after the re-check, and sends with one that is near", () => {
    const { user, message } = queued(limited);
    const first = user.claim(message).claim;
    expect(first).toEqual({ kind: "place", provider: "a", rate: { count: 10, perMs: SECOND }, attempt: 1 });
    expect(messageOf(user, message)?.status).toBe("queued");
    expect(user.claim(message, user.now, undefined, { provider: "a", at: user.now }).claim.kind).toBe("send");
  });

  it("holds the message until a later place, and it wakes once", () => {
    const { user, message } = queued(limited);
    const at = user.now + MINUTE;
    expect(user.claim(message, user.now, undefined, { provider: "a", at }).claim).toEqual({ kind: "no", reason: "rate" });
    const wakes = user.decisions.length;
    user.sleep(at);
    expect(user.decisions.slice(wakes).filter(({ deliver }) => deliver.length > 0)).toHaveLength(1);
    expect(user.now).toBe(at);
    expect(messageOf(user, message)?.status).toBe("queued");
  });

  it("a place for a message that may not go is given back", () => {
    const { user, message } = queued(limited);
    user.do({ type: "suppress", channel: "email", reason: "bounced" });
    expect(user.claim(message, user.now, undefined, { provider: "a", at: user.now }).claim).toMatchObject({ kind: "no", unused: true });
    expect(user.claim(message, user.now, undefined, { provider: "a", at: user.now }).claim).not.toHaveProperty("unused");
  });

  it("of another provider is asked for anew", () => {
    const { user, message } = queued(limited);
    expect(user.claim(message, user.now, undefined, { provider: "other", at: user.now }).claim.kind).toBe("place");
  });
});

describe("replay of what was given up", () => {
  const failed = () => {
    const made = queued([mail("a", { default: true, resendUncertain: false })]);
    attempt(made.user, made.message, rejected);
    made.user.sleep(made.user.now + 2 * DAY);
    return made;
  };
  const replay = (user: TestUser, message: string, evenIfSent = false) =>
    user.do({ type: "replay", message, evenIfSent, reason: "replayed by ops" });

  it("a failed one goes out under its own id, although its run went on, and its timeline tells by whom", () => {
    const { user, message } = failed();
    expect(user.runs).toEqual([]);
    expect(replay(user, message).deliver).toEqual([{ channel: "email", message }]);
    expect(user.facts.at(-1)).toMatchObject({ kind: "message", status: "queued", reason: "replayed by ops" });
    expect(attempt(user, message, { kind: "accepted" })).toBe("a");
    expect(messageOf(user, message)).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("is asked everything again: nothing goes to who unsubscribed or is suppressed since", () => {
    const { user, message } = failed();
    user.do({ type: "suppress", channel: "email", reason: "complained" });
    replay(user, message);
    expect(attempt(user, message, { kind: "accepted" })).toBe("suppressed: complained");
  });

  it("its 23 hours begin anew", () => {
    const { user, message } = failed();
    replay(user, message);
    attempt(user, message, retry);
    expect(messageOf(user, message)?.status).toBe("held");
  });

  it("one whose fate nobody knows goes again only where that risk is taken", () => {
    const { user, message } = queued([mail("a", { default: true, resendUncertain: false })]);
    attempt(user, message, { kind: "uncertain", detail: "cut" });
    expect(replay(user, message).deliver).toEqual([]);
    expect(messageOf(user, message)?.status).toBe("uncertain");
    expect(replay(user, message, true).deliver).toEqual([{ channel: "email", message }]);
  });

  it("changes nothing of one that was sent, skipped, or is still on its way", () => {
    const { user, message } = queued();
    expect(replay(user, message, true).facts).toEqual([]);
    user.accept(message);
    expect(replay(user, message, true).facts).toEqual([]);
  });
});

describe("what users write", () => {
  const wrote = (user: TestUser, wish?: "stop" | "start" | "help") =>
    user.do({ type: "wrote", id: `w${user.now}`, channel: "sms", text: wish ?? "hello", ...(wish && { wish }) }, user.now + SECOND);
  const suppressions = (user: TestUser) => Object.entries(user.state.profile.suppressions).map(([key, { reason }]) => `${key}: ${reason}`);

  it("STOP is a hard suppression of the channel, START lifts it, HELP and all else is noted", () => {
    const { user } = queued();
    wrote(user, "stop");
    wrote(user, "stop");
    expect(suppressions(user)).toEqual(["sms: STOP"]);
    wrote(user, "help");
    wrote(user);
    wrote(user, "start");
    expect(suppressions(user)).toEqual([]);
    expect(user.kinds("wrote").map((fact) => "wish" in fact && fact.wish)).toEqual(["stop", "stop", "help", false, "start"]);
  });

  it("START lifts what a provider was told before we were, of its channel alone", () => {
    const { user, message } = queued();
    user.claim(message);
    user.do({
      type: "settled",
      message,
      attempt: 1,
      outcome: { kind: "unreachable", detail: stoppedAtProvider("400 21610: unsubscribed") },
    });
    user.do({ type: "suppress", channel: "sms", reason: stoppedAtProvider("21610"), address: "+491511234567" });
    user.do({ type: "suppress", channel: "sms", reason: "30005 unknown", address: "+491511234568" });
    user.do({ type: "suppress", channel: "whatsapp", reason: stoppedAtProvider("x"), address: "+491511234567" });
    wrote(user, "start");
    const left = suppressions(user);
    expect(left).toContain("sms:491511234568: 30005 unknown");
    expect(left).toContain(`whatsapp:491511234567: ${stoppedAtProvider("x")}`);
    expect(left.filter((one) => one.startsWith("sms:491511234567"))).toEqual([]);
    expect(user.kinds("unsuppressed")).toMatchObject([
      { channel: "sms", address: "+491511234567", proof: { source: "sms", text: "start" } },
    ]);
  });

  it("START lifts nothing but STOP, and lifting something else does not lift STOP unseen", () => {
    const { user } = queued();
    user.do({ type: "suppress", channel: "sms", reason: "by hand" });
    wrote(user, "start");
    expect(suppressions(user)).toEqual(["sms: by hand"]);
    wrote(user, "stop");
    expect(suppressions(user)).toEqual(["sms: by hand, STOP"]);
    wrote(user, "start");
    expect(suppressions(user)).toEqual(["sms: by hand"]);
  });
});
