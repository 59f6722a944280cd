import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestInstant, bestTimeSchema } from "./best-time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday, 08:00 UTC. */
const NOW = Date.UTC(2026, 0, 5, 8);

const at = (daysAgo: number, hour: number, minute = 0): number => Date.UTC(2026, 0, 5 - daysAgo, hour, minute);
const ask = (openings: readonly number[], more: Partial<Parameters<typeof bestInstant>[0]> = {}): string =>
  new Date(bestInstant({ openings, now: NOW, until: NOW + DAY, zone: "UTC", isFree: () => true, ...more })).toISOString();

describe("the best time is when the user's messages were opened most", () => {
  it("on the user's clocks, whatever the zone", () => {
    const evenings = [at(1, 19), at(2, 19, 10), at(3, 18, 50)];
    expect(ask(evenings)).toBe("2026-01-05T19:00:00.000Z");
    // The same instants and the same zone then and now: the same answer.
    expect(ask(evenings, { zone: "America/New_York" })).toBe("2026-01-05T19:00:00.000Z");
  });

  it("goes by what clocks show: in summer an hour earlier than in winter", () => {
    const winter = [at(1, 18), at(2, 18), at(3, 18)]; // 19:00 in Berlin
    const now = Date.UTC(2026, 4, 4, 8);
    expect(ask(winter, { now, until: now + DAY, zone: "Europe/Berlin" })).toBe("2026-05-04T17:00:00.000Z");
  });

  it("at once where now is the best time", () => {
    expect(ask([at(1, 8, 5), at(2, 7, 55), at(3, 8)])).toBe("2026-01-05T08:00:00.000Z");
  });

  it("newer openings count more than older ones", () => {
    const openings = [at(160, 12), at(161, 12), at(162, 12), at(1, 20), at(2, 20)];
    expect(ask(openings)).toBe("2026-01-05T20:00:00.000Z");
  });

  it("times around midnight are near each other", () => {
    expect(ask([at(1, 23, 45), at(2, 0, 0), at(2, 0, 15), at(4, 12)])).toBe("2026-01-06T00:00:00.000Z");
  });

  it("only within the time given: the best of what can be reached", () => {
    const openings = [at(1, 20), at(2, 20), at(3, 20), at(4, 10)];
    expect(ask(openings, { until: NOW + 3 * HOUR })).toBe("2026-01-05T10:00:00.000Z");
    expect(ask(openings, { until: NOW + HOUR / 2 })).toBe("2026-01-05T08:00:00.000Z");
  });

  it("never at an instant that is not free", () => {
    const openings = [at(1, 20), at(2, 20), at(3, 20), at(4, 10)];
    const isFree = (instant: number): boolean => new Date(instant).getUTCHours() < 18;
    expect(ask(openings, { isFree })).toBe("2026-01-05T10:00:00.000Z");
    expect(ask(openings, { isFree: () => false })).toBe("2026-01-05T08:00:00.000Z");
  });

  it("of equal ones the earliest", () => {
    expect(ask([at(1, 12), at(1, 20), at(1, 16)])).toBe("2026-01-05T12:00:00.000Z");
  });
});

describe("who opened less than three messages gets it at the time said otherwise", () => {
  it("on the user's clocks, else at once", () => {
    expect(ask([at(1, 20), at(2, 20)])).toBe("2026-01-05T08:00:00.000Z");
    expect(ask([], { otherwise: "10:30" })).toBe("2026-01-05T10:30:00.000Z");
    expect(ask([], { otherwise: "10:30", zone: "Asia/Tokyo" })).toBe("2026-01-06T01:30:00.000Z");
    expect(ask([], { otherwise: "08:00" })).toBe("2026-01-05T08:00:00.000Z");
  });

  it("at once where that time is too far away", () => {
    expect(ask([], { otherwise: "07:00", until: NOW + HOUR })).toBe("2026-01-05T08:00:00.000Z");
  });
});

it("is always an instant from now to the end, in any zone and whatever was opened", () => {
  fc.assert(
    fc.property(
      fc.record({
        openings: fc.array(fc.integer({ min: NOW - 200 * DAY, max: NOW + DAY }), { maxLength: 50 }),
        now: fc.integer({ min: NOW - 365 * DAY, max: NOW + 365 * DAY }),
        ms: fc.integer({ min: HOUR, max: 7 * DAY }),
        zone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns"),
        otherwise: fc.option(fc.constantFrom("00:00", "02:30", "12:00"), { nil: undefined }),
      }),
      ({ now, ms, ...question }) => {
        const chosen = bestInstant({ ...question, now, until: now + ms, isFree: () => true });
        expect(chosen).toBeGreaterThanOrEqual(now);
        expect(chosen).toBeLessThanOrEqual(now + ms);
      },
    ),
    { numRuns: 60 },
  );
});

it.each([
  [{ within: "P1D" }, true],
  [{ within: "PT1H", otherwise: "09:00" }, true],
  [{ within: "P7D" }, true],
  [{ within: "PT59M" }, false],
  [{ within: "P8D" }, false],
  [{ within: "soon" }, false],
  [{}, false],
  [{ within: "P1D", otherwise: "9" }, false],
])("takes %j: %s", (definition, isTaken) => {
  expect(bestTimeSchema.safeParse(definition).success).toBe(isTaken);
});
