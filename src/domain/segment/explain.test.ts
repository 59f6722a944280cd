import { describe, expect, it } from "vitest";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { ConditionScope } from "./condition.ts";
import { conditionSchema } from "./conditions/all.ts";
import { explainCondition } from "./explain.ts";

const NOW = Date.parse("2026-03-15T12:00:00Z");
const scope = (): ConditionScope => {
  const state = newUser("w", "u:1", 0);
  const attributes = {
    plan: { value: "pro", order: [1, 1, 0] as const },
    until: { value: "2026-03-16T12:00:00Z", order: [1, 1, 0] as const },
  };
  return { state: { ...state, profile: { ...state.profile, attributes } }, history: new MemoryHistory(), now: NOW, since: "ever" };
};
const explain = (condition: unknown) =>
  explainCondition(conditionSchema.parse(condition), { path: "condition", inJourney: false, timezone: "UTC" }, scope());

describe("explainCondition", () => {
  it("says of every clause what it answers, why, and when it may next change", () => {
    const explanation = explain({
      type: "and",
      conditions: [
        { type: "attribute", path: "plan", operator: "equals", value: "pro" },
        { type: "not", condition: { type: "attribute", path: "until", operator: "within-next", value: "P3D" } },
        { type: "or", conditions: [{ type: "tag", tag: "vip" }, { type: "everyone" }] },
      ],
    });
    expect(explanation).toMatchObject({ clause: "all of 3", type: "and", value: false, nextChange: NOW + 86_400_000 });
    expect(explanation.parts?.map(({ clause, value }) => [clause, value])).toEqual([
      ['plan equals "pro"', true],
      ["not", false],
      ["any of 2", true],
    ]);
    expect(explanation.parts?.[1]?.parts?.[0]).toMatchObject({
      clause: 'until within-next "P3D"',
      value: true,
      nextChange: NOW + 86_400_000,
      because: { value: "2026-03-16T12:00:00Z" },
    });
    expect(explanation.parts?.[2]?.parts?.map(({ value }) => value)).toEqual([false, true]);
  });

  it("names the place of a clause that cannot stand where it is", () => {
    expect(() => explain({ type: "and", conditions: [{ type: "everyone" }, { type: "event", event: "A", since: "step" }] })).toThrow(
      '"since" has a meaning only inside a journey',
    );
  });
});
