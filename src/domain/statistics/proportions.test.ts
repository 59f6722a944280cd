import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference, wilson } from "./proportions.ts";

describe("Wilson's interval", () => {
  // Newcombe 1998 (single proportion), Table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i as published", (hits, of, low, high) => {
    const found = wilson({ hits, of });
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });

  it("says nothing of nothing", () => {
    expect(wilson({ hits: 0, of: 0 })).toBeUndefined();
  });
});

describe("the difference of two proportions", () => {
  // Newcombe 1998 (difference), Table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])("%i of %i against %i of %i as published", (...values) => {
    const [hitsA, ofA, hitsB, ofB, low, high] = values;
    const found = difference({ hits: hitsA, of: ofA }, { hits: hitsB, of: ofB });
    expect(found?.lift).toBeCloseTo(hitsA / ofA - hitsB / ofB, 10);
    expect(found?.interval.low).toBeCloseTo(low, 4);
    expect(found?.interval.high).toBeCloseTo(high, 4);
  });

  it("turned round it is the negative, and the interval holds the difference and stays within -1 and 1", () => {
    const proportion = fc
      .integer({ min: 1, max: 100_000 })
      .chain((of) => fc.record({ of: fc.constant(of), hits: fc.integer({ min: 0, max: of }) }));
    fc.assert(
      fc.property(proportion, proportion, (a, b) => {
        const [there, back] = [difference(a, b), difference(b, a)];
        if (there === undefined || back === undefined) throw new Error("expected a difference");
        expect(there.lift).toBeCloseTo(-back.lift, 12);
        expect(there.interval.low).toBeCloseTo(-back.interval.high, 12);
        expect(there.interval.low).toBeLessThanOrEqual(there.lift);
        expect(there.interval.high).toBeGreaterThanOrEqual(there.lift);
        expect(there.interval.low).toBeGreaterThanOrEqual(-1 - 1e-9);
        expect(there.interval.high).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it("says nothing where one side is of nothing", () => {
    expect(difference({ hits: 1, of: 2 }, { hits: 0, of: 0 })).toBeUndefined();
  });
});
