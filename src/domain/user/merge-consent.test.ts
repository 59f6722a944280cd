import { describe, expect, it } from "vitest";
import type { ConsentProof } from "../consent/proof.ts";
import { mergeIdOf } from "./identity.ts";
import { handOver } from "./merge.ts";
import { consentOf } from "./merge-consent.ts";
import { catalogOf, HOUR, identify, START, TestUser } from "./user-kit.test-suite.ts";
import type { UserKey } from "./user-key.ts";

const someone = (key: UserKey): TestUser => {
  const user = new TestUser(catalogOf({}), key);
  user.event(identify({ email: "a@b.c" }, START));
  return user;
};
const proof: ConsentProof = { source: "page", text: "Do you …? Yes", message: "m1", ip: "192.0.2.1", userAgent: "Firefox" };
const optOut = (user: TestUser, more: object, at: number) =>
  user.do({ type: "subscription", id: `s${at}`, state: "opted-out", proof, ...more }, at);

/** `source` becomes `target`, as the object does it. */
const merge = (source: TestUser, target: TestUser, at: number): void => {
  const id = mergeIdOf(source.state.user, target.state.user);
  source.do({ type: "freeze", merge: id, target: target.state.user }, at);
  const { profile, user } = source.state;
  const carried = { ...handOver(source.state), consent: consentOf(user, profile, source.facts.toReversed()) };
  target.do({ type: "import", merge: id, from: user, profile, events: [], carried }, at);
};
const words = (user: TestUser) => user.kinds("subscription", "suppressed");

describe("consent that comes by a merge", () => {
  it("is told of whom the user became, with when and how it was said", () => {
    const [ada, bob] = [someone("u:ada"), someone("u:bob")];
    optOut(ada, { topic: "news" }, START + HOUR);
    optOut(ada, { topic: "offers", channel: "sms" }, START + 2 * HOUR);
    optOut(ada, { channel: "push" }, START + 3 * HOUR);
    ada.do({ type: "suppress", channel: "email", address: "a@b.c", reason: "complained", proof: { source: "provider" } }, START + 3 * HOUR);
    merge(ada, bob, START + 4 * HOUR);
    const said = (at: number) => ({ source: "merge", of: { user: "u:ada", at, proof } });
    expect(words(bob)).toMatchObject([
      {
        kind: "subscription",
        at: START + 4 * HOUR,
        topic: "news",
        state: "opted-out",
        proof: said(START + HOUR),
        because: { clause: "merged with u:ada" },
      },
      { kind: "subscription", topic: "offers", channel: "sms", proof: said(START + 2 * HOUR) },
      { kind: "subscription", channel: "push", proof: said(START + 3 * HOUR) },
      {
        kind: "suppressed",
        channel: "email",
        address: "a@b.c",
        reason: "complained",
        proof: { source: "merge", of: { user: "u:ada", proof: { source: "provider" } } },
      },
    ]);
    expect(words(bob)[2]).not.toHaveProperty("topic");
    expect(bob.state.profile.subscriptions).toEqual(ada.state.profile.subscriptions);
  });

  it("only what stands because of it: what the other said more strictly, or later, stays theirs", () => {
    const [ada, bob] = [someone("u:ada"), someone("u:bob")];
    optOut(ada, { topic: "news", state: "opted-in" }, START + HOUR);
    optOut(bob, { topic: "news" }, START + 2 * HOUR);
    const before = words(bob).length;
    merge(ada, bob, START + 4 * HOUR);
    expect(words(bob)).toHaveLength(before);
    expect(words(someone("u:x"))).toEqual([]);
  });

  it("as it was said first, over any number of merges, and once", () => {
    const [ada, bob, carl] = [someone("u:ada"), someone("u:bob"), someone("u:carl")];
    optOut(ada, { topic: "news" }, START + HOUR);
    merge(ada, bob, START + 2 * HOUR);
    merge(bob, carl, START + 3 * HOUR);
    merge(bob, carl, START + 4 * HOUR);
    expect(words(carl)).toMatchObject([
      { at: START + 3 * HOUR, proof: { source: "merge", of: { user: "u:ada", at: START + HOUR, proof } } },
    ]);
  });
});
