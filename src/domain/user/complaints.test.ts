import { expect, it } from "vitest";
import { mergeProfiles } from "./merge-profile.ts";
import { catalogOf, identify, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

/** Somebody who was sent a message and complained of it. */
const complainer = (): TestUser => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney() }] }));
  user.event(identify({ email: "A@b.c" }, START));
  const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
  user.accept(id);
  user.do({ type: "reported", message: id, status: "complained", reason: "abuse" });
  return user;
};
const reasons = (user: TestUser) => Object.values(user.state.profile.suppressions).map(({ reason }) => reason);

it("a complaint is lifted only by who says so", () => {
  const user = complainer();
  expect(reasons(user)).toEqual(["complained: abuse"]);
  const facts = user.facts.length;
  user.do({ type: "unsuppress", channel: "email" });
  user.do({ type: "unsuppress", channel: "email", address: "a@b.c" });
  expect(user.facts).toHaveLength(facts);
  user.do({ type: "unsuppress", channel: "email", evenComplaint: true, proof: { source: "api" } });
  expect(reasons(user)).toEqual([]);
  expect(user.facts.at(-1)).toMatchObject({ kind: "unsuppressed", proof: { source: "api" } });
});

it("a bounce takes no complaint's place, a complaint a bounce's, also under a suppressed channel and over a merge", () => {
  const [first, second] = [complainer(), new TestUser(catalogOf({}))];
  first.do({ type: "suppress", channel: "email", address: "a@b.c", reason: "bounced" });
  expect(reasons(first)).toEqual(["complained: abuse"]);
  second.event(identify({ email: "a@b.c" }, START - 1));
  second.do({ type: "suppress", channel: "email", address: "a@b.c", reason: "bounced" }, START - 1);
  const [a, b] = [first.state.profile, second.state.profile];
  for (const { profile } of [mergeProfiles(a, b), mergeProfiles(b, a)])
    expect(Object.values(profile.suppressions)).toMatchObject([{ reason: "complained: abuse" }]);
  second.do({ type: "suppress", channel: "email", reason: "by the API" });
  second.do({ type: "suppress", channel: "email", address: "a@b.c", reason: "complained" });
  expect(reasons(second).toSorted()).toEqual(["by the API", "complained"]);
});
