import { describe, expect, it } from "vitest";
import type { Fact } from "../../domain/user/facts.ts";
import { foldSuppressions } from "./suppressions.ts";

const put = (channel: "email" | "sms" | "*", address?: string): Fact => ({
  kind: "suppressed",
  at: 1,
  channel,
  reason: "r",
  ...(address !== undefined && { address }),
});
const lift = (channel: "email" | "sms" | "*", address?: string): Fact => ({
  kind: "unsuppressed",
  at: 1,
  channel,
  ...(address !== undefined && { address }),
});
const fold = (facts: readonly Fact[]) => {
  const { lifted, put: standing } = foldSuppressions([{ workspace: "w", user: "u:1", first: 5, facts }]);
  return { lifted: lifted.map((row) => row.slice(2)), put: standing.map((row) => row.slice(2, 5)) };
};

describe("suppressions folded from facts", () => {
  it("the newest word stands: a lift takes away what was before it, and nothing that comes after", () => {
    expect(fold([put("email", "a"), lift("email"), put("email", "b"), put("sms")])).toEqual({
      lifted: [[6, "email", null]],
      put: [
        [7, "email", "b"],
        [8, "sms", ""],
      ],
    });
    expect(fold([put("email", "a"), put("email", "b"), lift("email", "a")])).toEqual({
      lifted: [[7, "email", "a"]],
      put: [[6, "email", "b"]],
    });
    expect(fold([put("*"), put("email"), lift("*")])).toEqual({ lifted: [[7, "*", null]], put: [[6, "email", ""]] });
  });

  it("of whoever was merged into another nothing is listed any more", () => {
    const moved: Extract<Fact, { kind: "user" }> = { kind: "user", at: 1, createdAt: 1, lastSeenAt: 1, attributes: {}, movedTo: "u:2" };
    expect(fold([put("email", "a"), moved])).toEqual({ lifted: [[6, null, null]], put: [] });
    const { movedTo: _moved, ...stays } = moved;
    expect(fold([stays, put("sms")])).toEqual({ lifted: [], put: [[6, "sms", ""]] });
  });

  it("is the same in whatever order ranges come, and however they overlap", () => {
    const facts = [put("email", "a"), lift("email"), put("email", "c")];
    const part = (from: number) => ({ workspace: "w", user: "u:1" as const, first: 1 + from, facts: facts.slice(from) });
    const whole = foldSuppressions([part(0)]);
    expect(foldSuppressions([part(2), part(0), part(1)])).toEqual(whole);
  });
});
