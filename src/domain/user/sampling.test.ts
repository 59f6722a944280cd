import { describe, expect, it } from "vitest";
import { sampleOf } from "./sampling.ts";

const USERS = 20_000;
const BUCKETS = 20;

const counts = (salt: string): readonly number[] => {
  const found = Array.from({ length: BUCKETS }, () => 0);
  for (let user = 0; user < USERS; user++) {
    const bucket = Math.floor(sampleOf(`u${user}`, salt) / (100 / BUCKETS));
    found[bucket] = (found[bucket] ?? 0) + 1;
  }
  return found;
};

describe("sampling", () => {
  it.each(["welcome/split", "welcome/holdout", "x"])("hashes a sampling id with a salt evenly: %s", (salt) => {
    const expected = USERS / BUCKETS;
    const chiSquare = counts(salt).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 19 degrees of freedom: an even spread stays below this in 999,999 of a million salts.
    expect(chiSquare).toBeLessThan(63);
  });

  it("same user, same place, for ever, and another place for another salt", () => {
    expect(sampleOf("u1", "welcome/split")).toBeCloseTo(sampleOf("u1", "welcome/split"), 12);
    const both = Array.from({ length: 2_000 }, (_, user) => [sampleOf(`u${user}`, "a") < 50, sampleOf(`u${user}`, "b") < 50] as const);
    const inBoth = both.filter(([a, b]) => a && b).length;
    expect(inBoth).toBeGreaterThan(420);
    expect(inBoth).toBeLessThan(580);
  });
});
