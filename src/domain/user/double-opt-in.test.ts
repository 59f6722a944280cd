import { describe, expect, it } from "vitest";
import { catalogOf, DAY, HOUR, identify, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";
import { mergeProfiles } from "./merge-profile.ts";

const club = { key: "club", name: "The Club", channels: ["email", "sms"], default: "opted-out", doubleOptIn: true };

const someone = (): TestUser => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney({}, { topic: "club" }) }], topics: [club] }));
  user.event(identify({ email: "a@b.c" }, START));
  return user;
};
const optIn = (user: TestUser, more: object = {}, now = user.now) =>
  user.do({ type: "subscription", id: `call-${now}`, topic: "club", state: "opted-in", proof: { source: "api" }, ...more }, now);
const stateOf = (user: TestUser, key = "topic:club") => user.state.profile.subscriptions[key]?.state;
const asked = (user: TestUser): string => user.messages.at(-1) ?? "";

describe("double opt-in", () => {
  it("leaves an opt-in pending and asks by email; pending never counts as opted in", () => {
    const user = someone();
    const { deliver } = optIn(user);
    expect(stateOf(user)).toBe("pending");
    expect(deliver).toEqual([{ channel: "email", message: asked(user) }]);
    expect(user.state.open[asked(user)]).toMatchObject({ transactional: true, topic: "club", template: "confirmation" });
    const marketing = user.event(track("Go", START)).deliver[0]?.message ?? "";
    expect(user.claim(marketing).claim).toMatchObject({ kind: "no", reason: "not subscribed to the topic" });
    expect(user.claim(deliver[0]?.message ?? "").claim.kind).toBe("send");
  });

  it("the confirmation counts once, with its proof, and only for what was asked", () => {
    const user = someone();
    optIn(user, { channel: "sms" });
    user.accept(asked(user));
    user.do({ type: "confirm", message: asked(user), proof: { source: "confirmation", ip: "192.0.2.1" } }, START + HOUR);
    expect(user.state.profile.subscriptions).toMatchObject({ "topic:club@sms": { state: "opted-in" } });
    expect(user.facts.at(-1)).toMatchObject({
      kind: "subscription",
      state: "opted-in",
      channel: "sms",
      proof: { source: "confirmation", ip: "192.0.2.1" },
    });
    const facts = user.facts.length;
    user.do({ type: "confirm", message: asked(user) }, START + 2 * HOUR);
    expect(user.facts).toHaveLength(facts);
  });

  it("expires after seven days, and not a moment before", () => {
    const [late, punctual] = [someone(), someone()];
    for (const user of [late, punctual]) {
      optIn(user);
      user.accept(asked(user));
    }
    late.do({ type: "confirm", message: asked(late) }, START + 7 * DAY + 1);
    expect(stateOf(late)).toBe("pending");
    punctual.do({ type: "confirm", message: asked(punctual) }, START + 7 * DAY);
    expect(stateOf(punctual)).toBe("opted-in");
  });

  it("whoever opted out meanwhile is not opted in by an old link", () => {
    const user = someone();
    optIn(user);
    user.accept(asked(user));
    user.do({ type: "subscription", id: "out", topic: "club", state: "opted-out" }, START + HOUR);
    user.do({ type: "confirm", message: asked(user) }, START + 2 * HOUR);
    expect(stateOf(user)).toBe("opted-out");
  });

  it("asking again sends a second email after a quarter of an hour, not before", () => {
    const user = someone();
    optIn(user);
    const first = asked(user);
    optIn(user, {}, START + 14 * MINUTE);
    expect(asked(user)).toBe(first);
    optIn(user, {}, START + 15 * MINUTE);
    expect(asked(user)).not.toBe(first);
  });

  it("the link of any other message confirms nothing, and a user nobody knows is not made by one", () => {
    const user = someone();
    optIn(user);
    const other = user.event(track("Go", START)).deliver[0]?.message ?? "";
    user.do({ type: "confirm", message: other });
    user.do({ type: "confirm", message: "m-unknown" });
    expect(stateOf(user)).toBe("pending");
    const nobody = new TestUser(catalogOf({ topics: [club] }), "u:n");
    expect(nobody.do({ type: "confirm", message: "m1" }).facts).toEqual([]);
  });

  it("of merged users the stricter word stands: opted out, then pending, then opted in", () => {
    const [pending, confirmed] = [someone(), someone()];
    for (const user of [pending, confirmed]) optIn(user);
    confirmed.accept(asked(confirmed));
    confirmed.do({ type: "confirm", message: asked(confirmed) }, START + HOUR);
    const [a, b] = [pending.state.profile, confirmed.state.profile];
    for (const merged of [mergeProfiles(a, b), mergeProfiles(b, a)])
      expect(merged.profile.subscriptions["topic:club"]?.state).toBe("pending");
  });
});
