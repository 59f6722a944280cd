import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleOf } from "../../user/sampling.ts";
import { stepScope } from "../step-scope.test-suite.ts";
import { split } from "./split.ts";

const parse = (...percents: readonly number[]) =>
  split.schema.safeParse({ type: "split", paths: percents.map((percent, index) => ({ percent, next: `p${index}` })) });
const taken = (percents: readonly number[], user: string): string => {
  const move = split.enter(split.schema.parse(parse(...percents).data), stepScope({ sample: (salt) => sampleOf(user, salt) }));
  return move.kind === "go" ? (move.to ?? "") : "";
};
const users = Array.from({ length: 4_000 }, (_, index) => `user ${index}`);

describe("split", () => {
  it("names the paths when the percents do not make 100", () => {
    expect(parse(50, 50).success).toBe(true);
    expect(parse(33.3, 33.3, 33.4).success).toBe(true);
    expect(parse(0, 100).success).toBe(true);
    const issues = parse(50, 49).error?.issues;
    expect(issues).toMatchObject([{ path: ["paths"], message: "the percents of all paths make 100 together, not 99" }]);
    expect(parse(100).success).toBe(false);
    expect(parse(150, -50).success).toBe(false);
  });

  it("same user, same path, for ever, in the shares asked for", () => {
    const counts: Record<string, number> = {};
    for (const user of users) {
      const path = taken([10, 30, 60], user);
      expect(taken([10, 30, 60], user)).toBe(path);
      counts[path] = (counts[path] ?? 0) + 1;
    }
    expect(counts["p0"]).toBeGreaterThan(0.08 * users.length);
    expect(counts["p0"]).toBeLessThan(0.12 * users.length);
    expect(counts["p2"]).toBeGreaterThan(0.57 * users.length);
    expect(counts["p2"]).toBeLessThan(0.63 * users.length);
  });

  it("moving shares moves only the minimum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (before, after) => {
        const moved = users.slice(0, 500).filter((user) => {
          const [was, is] = [taken([before, 100 - before], user), taken([after, 100 - after], user)];
          if (was !== is) expect(is).toBe(after > before ? "p0" : "p1");
          return was !== is;
        });
        expect(Math.abs(moved.length / 5 - Math.abs(after - before))).toBeLessThan(12);
      }),
      { numRuns: 30 },
    );
  });

  it("takes nobody to a path without a share, and leaves no gap", () => {
    const at = (sample: number, ...percents: readonly number[]) => {
      const move = split.enter(split.schema.parse(parse(...percents).data), stepScope({ sample: () => sample }));
      return move.kind === "go" ? move.to : undefined;
    };
    expect(at(0, 0, 100)).toBe("p1");
    expect(at(99.9999999, 100, 0)).toBe("p0");
    expect(at(99.99999999, 33.3333333, 33.3333333, 33.3333333)).toBe("p2");
  });
});
