import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateSize } from "./estimate.ts";

describe("estimateSize", () => {
  it("is exact where everybody was asked", () => {
    expect(estimateSize({ of: 7, sampled: 7, hits: 3 })).toEqual({ estimate: 3, interval: [3, 3], exact: true });
    expect(estimateSize({ of: 0, sampled: 0, hits: 0 })).toEqual({ estimate: 0, interval: [0, 0], exact: true });
  });

  it("gives the textbook's interval (Wilson 1927): 40 of 200 is 15.0% to 26.1%", () => {
    const { estimate, interval } = estimateSize({ of: 100_000, sampled: 200, hits: 40 });
    expect(estimate).toBe(20_000);
    expect(interval[0] / 1_000).toBeCloseTo(15.04, 1);
    expect(interval[1] / 1_000).toBeCloseTo(26.08, 1);
  });

  it("holds the estimate, within what is possible", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 200 }), fc.nat(), (of, asked, some) => {
        const sampled = Math.min(asked, of);
        const hits = some % (sampled + 1);
        const { estimate, interval } = estimateSize({ of, sampled, hits });
        expect(interval[0]).toBeGreaterThanOrEqual(hits);
        expect(interval[1]).toBeLessThanOrEqual(of - (sampled - hits));
        expect(estimate).toBeGreaterThanOrEqual(interval[0]);
        expect(estimate).toBeLessThanOrEqual(interval[1]);
      }),
    );
  });
});
