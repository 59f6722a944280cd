import { describe, expect, it } from "vitest";
import { explainUser } from "./explain.ts";
import { catalogOf, HOUR, identify, journey, MINUTE, START, TestUser, track } from "./user-kit.test-suite.ts";

const condition = {
  type: "and",
  conditions: [
    { type: "event", event: "Visit", within: "PT2H" },
    { type: "attribute", path: "plan", operator: "equals", value: "pro" },
  ],
};
const catalog = catalogOf({
  segments: [
    { key: "active", condition },
    { key: "vip", kind: "manual" },
  ],
  journeys: [{ definition: journey({ frequency: { type: "once" }, audience: { type: "segment", segment: "active" } }) }],
});
const ask = (user: TestUser, question: Parameters<typeof explainUser>[1], now = user.now) =>
  explainUser(user.state, question, { now, catalog, history: user.history });

describe("explainUser", () => {
  it("says of each clause of a segment whether it holds, now and not when the user was last heard of", () => {
    const user = new TestUser(catalog);
    user.event(identify({ plan: "pro" }, START));
    user.event(track("Visit", START));
    expect(ask(user, { kind: "segment", segment: "active" })).toMatchObject({
      member: true,
      since: START,
      condition: { type: "and", value: true, parts: [{ value: true }, { value: true, because: { value: "pro" } }] },
    });
    expect(ask(user, { kind: "segment", segment: "active" }, START + 3 * HOUR)).toMatchObject({
      member: false,
      condition: { value: false, parts: [{ value: false }, { value: true }] },
    });
    expect(ask(user, { kind: "segment", segment: "vip" })).toMatchObject({ member: false, condition: { type: "manual", value: false } });
    expect(ask(user, { kind: "segment", segment: "none" })).toBeUndefined();
  });

  it("answers an unsaved condition from the whole past", () => {
    const user = new TestUser(catalog);
    for (let n = 0; n < 3; n++) user.event(track("Bought", START + n * MINUTE));
    const bought = (value: number) =>
      ask(user, {
        kind: "condition",
        condition: { type: "event", event: "Bought", count: { operator: "at-least", value } } as { type: string },
      });
    expect(bought(3)).toMatchObject({ value: true });
    expect(bought(4)).toMatchObject({ value: false });
    expect(user.state.meta.tallies).not.toHaveProperty("unknown");
  });

  it("says where a user stands with a journey and what speaks against an entry", () => {
    const user = new TestUser(catalog);
    user.event(track("Go", START));
    expect(ask(user, { kind: "journey", journey: "j" })).toMatchObject({
      status: "live",
      runs: [],
      entered: { count: 0 },
      audience: { type: "segment", value: false },
    });
    user.event(identify({ plan: "pro" }, START + 1));
    user.event(track("Visit", START + 2));
    user.event(track("Go", START + 3));
    const answer = ask(user, { kind: "journey", journey: "j" });
    expect(answer).toMatchObject({
      entered: { count: 1, lastEnteredAt: START + 3 },
      refusedByFrequency: "once",
      audience: { value: true },
    });
    expect(answer?.kind === "journey" && answer.runs).toHaveLength(1);
  });
});
