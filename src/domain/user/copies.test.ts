import { describe, expect, it } from "vitest";
import type { CatalogProvider } from "../catalog/catalog.ts";
import type { Message, Outcome } from "../message/message.ts";
import { catalogOf, DAY, HOUR, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const service = (key: string, more: Partial<CatalogProvider> = {}): CatalogProvider => ({
  key,
  channel: "push",
  type: key,
  default: false,
  resendUncertain: true,
  ...more,
});
const fcm = service("fcm", { default: true, devices: ["native"] });
const web = service("web", { devices: ["subscription"] });
const subscription = '{"endpoint":"https://push.example.net/1"}';

const steps = {
  send: { type: "send", channel: "push", template: "note", next: "after", onFailure: { step: "missed" } },
  after: { type: "wait", for: "PT1H", next: "end" },
  missed: { type: "exit", reason: "missed" },
  end: { type: "exit" },
};

interface Given {
  readonly providers?: readonly CatalogProvider[];
  readonly rules?: object;
  readonly journey?: object;
}

/** A user whose devices were added in this order, with a run that wants to push. */
const userWith = (tokens: readonly string[], { providers = [fcm, web], rules, journey = {} }: Given = {}): TestUser => {
  const definition = sendJourney({ steps, ...journey });
  const user = new TestUser(catalogOf({ providers, journeys: [{ definition }], ...(rules && { rules }) }));
  for (const [index, token] of tokens.entries())
    user.do(
      { type: "devices", id: `d${index}`, add: [{ token, platform: token.startsWith("{") ? "web" : "android" }], remove: [] },
      START + index * MINUTE,
    );
  user.event(track("Go", START + HOUR));
  return user;
};

/** Claims what is offered; by token, where it went and by whom. */
const claimAll = (
  user: TestUser,
): Readonly<Record<string, { readonly id: string; readonly attempt: number; readonly provider: string }>> => {
  const claimed: Record<string, { id: string; attempt: number; provider: string }> = {};
  for (let turn = 0; turn < 3; turn++)
    for (const { id, status } of Object.values(user.state.open)) {
      if (status !== "queued") continue;
      const { claim } = user.claim(id);
      if (claim.kind === "send") claimed[claim.rendered.to] = { id, attempt: claim.attempt, provider: claim.rendered.provider };
    }
  return claimed;
};

const settle = (
  user: TestUser,
  { id, attempt }: { readonly id: string; readonly attempt: number } | undefined = { id: "", attempt: 0 },
  outcome: Outcome,
) => user.do({ type: "settled", message: id, attempt, outcome });
const accepted: Outcome = { kind: "accepted" };
const gone: Outcome = { kind: "unreachable", detail: "not registered" };
const first = (user: TestUser): Message => {
  const message = user.history.message(user.messages[0] ?? "");
  if (!message) throw new Error("expected a message");
  return message;
};
const devicesOf = (user: TestUser): readonly string[] =>
  Object.entries(user.state.profile.devices).flatMap(([token, { removed }]) => (removed === true ? [] : [token]));

describe("a push message to several devices", () => {
  it("goes to every device in use once, with the same content, the newest first", () => {
    const user = userWith(["one", "two", "three"]);
    const claimed = claimAll(user);
    expect(Object.keys(claimed)).toEqual(["three", "two", "one"]);
    expect(new Set(Object.values(claimed).map(({ id }) => id)).size).toBe(3);
    expect(claimed["three"]?.id).toBe(user.messages[0]);
    for (const one of Object.values(claimed)) settle(user, one, accepted);
    expect(Object.values(claimed).map(({ id }) => user.history.message(id)?.status)).toEqual(["sent", "sent", "sent"]);
    expect(new Set(Object.values(claimed).map(({ id }) => JSON.stringify(user.history.message(id)?.rendered?.content))).size).toBe(1);
    expect(user.steps).toEqual(["send", "after"]);
  });

  it("has copies whose ids are made of the message and the token: deciding the same again makes the same", () => {
    const ids = (): readonly string[] => Object.values(claimAll(userWith(["one", "two"]))).map(({ id }) => id);
    const [a, b] = [userWith(["one", "two"]), userWith(["one", "two"])];
    b.state = a.state;
    expect(ids()).toHaveLength(2);
    expect(claimAll(b)).toEqual(claimAll(a));
  });

  it("is claimed again after an expired lease without a second copy for any device", () => {
    const user = userWith(["one", "two"]);
    claimAll(user);
    user.sleep(user.now + 10 * MINUTE);
    claimAll(user);
    expect(user.messages).toHaveLength(2);
  });

  it("leaves out devices that are removed or suppressed", () => {
    const user = userWith(["one", "two", "three"]);
    user.do({ type: "devices", id: "x", add: [], remove: ["two"] });
    expect(Object.keys(claimAll(user))).toEqual(["three", "one"]);
  });

  it("goes to devices its provider does not reach by another of the channel that does", () => {
    const claimed = claimAll(userWith(["one", subscription]));
    expect(claimed).toMatchObject({ one: { provider: "fcm" }, [subscription]: { provider: "web" } });
  });

  it("goes only where the provider its step names reaches", () => {
    const named = { steps: { ...steps, send: { ...steps.send, provider: "web" } } };
    expect(Object.keys(claimAll(userWith(["one", subscription], { journey: named })))).toEqual([subscription]);
  });

  it("a user without a device that anybody reaches is unreachable", () => {
    for (const tokens of [[], ["ExponentPushToken[a]"]]) {
      const user = userWith(tokens);
      claimAll(user);
      expect(first(user)).toMatchObject({ status: "skipped", reason: "unreachable" });
      expect(user.endings).toEqual(["missed"]);
    }
  });
});

describe("what becomes of a push message to several devices", () => {
  it("unreachable removes that device alone; the message is sent by the others", () => {
    const user = userWith(["one", "two", "three"]);
    const claimed = claimAll(user);
    settle(user, claimed["three"], gone);
    expect(devicesOf(user)).toEqual(["one", "two"]);
    expect(user.state.profile.suppressions).toEqual({});
    expect(user.kinds("device-removed")).toMatchObject([{ token: "three", because: { clause: "unreachable: not registered" } }]);
    expect([first(user).status, user.steps]).toEqual(["held", ["send"]]);
    settle(user, claimed["two"], accepted);
    expect(first(user)).toMatchObject({ status: "sent" });
    expect(user.steps).toEqual(["send", "after"]);
    settle(user, claimed["one"], gone);
    expect(devicesOf(user)).toEqual(["two"]);
    expect(first(user).status).toBe("sent");
  });

  it("a copy may be out before its message's own device is given up", () => {
    const user = userWith(["one", "two"]);
    const claimed = claimAll(user);
    settle(user, claimed["one"], accepted);
    expect(first(user).status).toBe("claimed");
    settle(user, claimed["two"], gone);
    expect([first(user).status, user.steps]).toEqual(["sent", ["send", "after"]]);
    expect(user.facts.some((fact) => fact.kind === "message" && fact.message === first(user).id && fact.status === "failed")).toBe(false);
  });

  it("fails only when no device has it, and takes the failure's way once", () => {
    const user = userWith(["one", "two"]);
    const claimed = claimAll(user);
    settle(user, claimed["two"], { kind: "rejected", detail: "too big" });
    settle(user, claimed["one"], gone);
    expect(first(user)).toMatchObject({ status: "failed", reason: "too big" });
    expect(user.endings).toEqual(["missed"]);
  });

  it("is uncertain where one device may have it and no other has", () => {
    const careful = { ...fcm, resendUncertain: false };
    const user = userWith(["one", "two"], { providers: [careful] });
    const claimed = claimAll(user);
    settle(user, claimed["two"], gone);
    settle(user, claimed["one"], { kind: "uncertain", detail: "cut" });
    expect([first(user).status, user.steps]).toEqual(["uncertain", ["send", "after"]]);
  });

  it("comes as far as the furthest of its copies", () => {
    const user = userWith(["one", "two"]);
    const claimed = claimAll(user);
    for (const one of Object.values(claimed)) settle(user, one, accepted);
    user.do({ type: "reported", message: claimed["one"]?.id ?? "", status: "clicked" });
    expect(first(user)).toMatchObject({ status: "clicked" });
    expect(user.history.message(claimed["one"]?.id ?? "")?.status).toBe("clicked");
  });

  it("a receipt that says a device is gone removes it; the message to the others stays sent", () => {
    const user = userWith(["one", "two"]);
    const claimed = claimAll(user);
    for (const one of Object.values(claimed)) settle(user, one, accepted);
    for (const { id } of Object.values(claimed))
      user.do({ type: "reported", message: id, status: "bounced", reason: "DeviceNotRegistered", permanent: true });
    expect(devicesOf(user)).toEqual([]);
    expect(user.state.profile.suppressions).toEqual({});
    expect(first(user).status).toBe("sent");
    expect(user.history.message(claimed["one"]?.id ?? "")?.status).toBe("bounced");
  });

  it("a device that is on the suppression list is left out, the others are not", () => {
    const user = userWith(["one", "two"]);
    const claimed = claimAll(user);
    settle(user, claimed["two"], { kind: "unreachable", detail: "listed", listed: true });
    expect(devicesOf(user)).toEqual(["one", "two"]);
    settle(user, claimed["one"], accepted);
    expect(first(user).status).toBe("sent");
  });

  it("counts once for caps, and gives its place back only when no device has it", () => {
    const rules = { caps: [{ channel: "push", count: 2, per: "P1D" }] };
    const user = userWith(["one", "two", "three"], { rules });
    for (const one of Object.values(claimAll(user))) settle(user, one, accepted);
    expect(user.state.claims["push"]).toHaveLength(1);
    user.event(track("Go", user.now + MINUTE));
    const claimed = claimAll(user);
    expect(Object.keys(claimed)).toHaveLength(3);
    for (const one of Object.values(claimed)) settle(user, one, { kind: "rejected", detail: "no" });
    expect(user.state.claims["push"]).toHaveLength(1);
  });

  it("an opt-out between two devices holds for the second", () => {
    const user = userWith(["one", "two"]);
    user.claim(user.messages[0] ?? "");
    user.do({ type: "subscription", id: "s", channel: "push", state: "opted-out" });
    expect(claimAll(user)).toEqual({});
    expect(user.history.message(user.messages[1] ?? "")).toMatchObject({ status: "skipped", reason: "unsubscribed from the channel" });
  });

  it("an exit drops the copies nobody has claimed, also when the run has gone on", () => {
    const user = userWith(["one", "two"], { journey: { exit: { type: "event", event: "Bought" } } });
    user.accept(user.messages[0] ?? "");
    expect(user.steps).toEqual(["send", "after"]);
    user.event(track("Bought", user.now + MINUTE));
    expect(user.history.message(user.messages[1] ?? "")).toMatchObject({ status: "skipped", reason: "exited" });
  });

  it("copies go out after their run has come to its end", () => {
    const user = userWith(["one", "two"], { journey: { steps: { send: { type: "send", channel: "push", template: "note" } } } });
    user.accept(user.messages[0] ?? "");
    expect(user.endings).toEqual(["completed"]);
    expect(user.history.message(user.messages[1] ?? "")).toMatchObject({ status: "queued" });
    expect(Object.keys(claimAll(user))).toEqual(["one"]);
  });

  it("a device removed before a retry gets nothing more", () => {
    const user = userWith(["one"]);
    settle(user, claimAll(user)["one"], { kind: "retry", detail: "503" });
    user.do({ type: "devices", id: "x", add: [], remove: ["one"] });
    user.sleep(user.now + MINUTE);
    expect(claimAll(user)).toEqual({});
    expect(first(user)).toMatchObject({ status: "failed", reason: "unreachable: the device was removed" });
  });

  it("waits for its copies through a change of the catalog, and ends when they do", () => {
    const user = userWith(["one", "two"]);
    const claimed = claimAll(user);
    settle(user, claimed["two"], gone);
    user.catalog = catalogOf({ version: 2, providers: [fcm], journeys: [{ definition: sendJourney({ steps }) }] });
    user.do({ type: "refresh", silent: true });
    expect(first(user).status).toBe("held");
    settle(user, claimed["one"], { kind: "retry", detail: "503" });
    user.sleep(user.now + MINUTE);
    settle(user, claimAll(user)["one"], accepted);
    expect(first(user).status).toBe("sent");
  });

  it("conditions and statistics see one message", () => {
    const segment = {
      key: "pushed",
      condition: { type: "message", template: "note", status: "sent", count: { operator: "at-least", value: 2 } },
    };
    const catalog = catalogOf({ providers: [fcm], segments: [segment], journeys: [{ definition: sendJourney({ steps }) }] });
    const user = new TestUser(catalog);
    for (const token of ["one", "two"]) user.do({ type: "devices", id: token, add: [{ token, platform: "android" }], remove: [] });
    user.event(track("Go", START + HOUR));
    for (const one of Object.values(claimAll(user))) settle(user, one, accepted);
    expect(user.segments).toEqual([]);
    user.event(track("Go", START + DAY));
    for (const one of Object.values(claimAll(user))) settle(user, one, accepted);
    expect(user.segments).toEqual(["pushed"]);
    expect(
      user.kinds("message").filter((fact) => fact.kind === "message" && fact.of === undefined && fact.reached !== undefined),
    ).toHaveLength(2);
  });
});
