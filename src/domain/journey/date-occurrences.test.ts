import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration } from "../schedule/duration.ts";
import { type DateRule, nextOccurrence } from "./date-occurrences.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const rule = (more: Partial<Omit<DateRule, "offset">> & { readonly offset?: string } = {}): DateRule => ({
  at: more.at,
  repeat: more.repeat,
  offset: parseDuration(more.offset ?? "P0D") ?? { months: 0, ms: 0 },
});
const next = (value: string | number, of: DateRule, after: string, zone = "UTC") => {
  const found = nextOccurrence(value, of, { after: Date.parse(after), zone });
  return found === undefined ? undefined : new Date(found).toISOString();
};

describe("when a date fires", () => {
  it("an offset by months goes by the calendar: a month before the 31st of March is the last day of February", () => {
    expect(next("2026-03-31", rule({ offset: "-P1M", at: 9 * HOUR }), "2026-01-01")).toBe("2026-02-28T09:00:00.000Z");
  });

  it("an offset in hours from an instant is exact, over a change of clocks too", () => {
    expect(next("2026-03-29T00:30:00Z", rule({ offset: "P1D" }), "2026-01-01", "Europe/Berlin")).toBe("2026-03-30T00:30:00.000Z");
  });

  it("an offset in days from a day keeps the time of day, over a change of clocks too", () => {
    expect(next("2026-03-30", rule({ offset: "-P3D", at: 9 * HOUR }), "2026-01-01", "Europe/Berlin")).toBe("2026-03-27T08:00:00.000Z");
    expect(next("2026-03-27", rule({ offset: "P3D", at: 9 * HOUR }), "2026-01-01", "Europe/Berlin")).toBe("2026-03-30T07:00:00.000Z");
  });

  it("takes Unix seconds and milliseconds; midnight UTC is a day, whatever the zone", () => {
    const seconds = Date.parse("2026-05-05") / 1000;
    expect(next(seconds, rule(), "2026-01-01", "America/New_York")).toBe("2026-05-05T04:00:00.000Z");
    expect(next("2026-05-05T00:00:00Z", rule(), "2026-01-01", "America/New_York")).toBe("2026-05-05T04:00:00.000Z");
    expect(next("2026-05-05T03:00:00Z", rule({ at: 9 * HOUR }), "2026-01-01", "America/New_York")).toBe("2026-05-04T13:00:00.000Z");
  });

  it("says nothing of what is no date, or of the year 9999", () => {
    expect(next("soon", rule(), "2026-01-01")).toBeUndefined();
    expect(next("9999-12-31", rule(), "2026-01-01")).toBeUndefined();
    expect(next(1e300, rule({ repeat: "yearly" }), "2026-01-01")).toBeUndefined();
  });

  it("property: the next occurrence equals the first of a list of all of them, and each comes once", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe");
    const instant = (from: string, to: string) => fc.integer({ min: Date.parse(from), max: Date.parse(to) });
    const rules = fc.record({
      at: fc.option(
        fc.integer({ min: 0, max: 1439 }).map((minutes) => minutes * 60_000),
        { nil: undefined },
      ),
      repeat: fc.constantFrom("yearly" as const, "monthly" as const),
      offset: fc
        .constantFrom("P0D", "-P3D", "P10D", "-P1M", "P2M", "-P1Y", "P400D")
        .map((text) => parseDuration(text) ?? { months: 0, ms: 0 }),
    });
    fc.assert(
      fc.property(
        zones,
        rules,
        instant("1950-01-01", "2030-01-01").map((ms) => (ms % 3 === 0 ? Math.floor(ms / DAY) * DAY : ms)),
        instant("2020-01-01", "2032-01-01"),
        (zone, of, date, after) => {
          // Walking on from long before must meet the same instant as asking right away.
          let walked = nextOccurrence(date, of, { after: after - 400 * DAY, zone });
          for (let steps = 0; walked !== undefined && walked <= after && steps < 20; steps++)
            walked = nextOccurrence(date, of, { after: walked, zone });
          const asked = nextOccurrence(date, of, { after, zone });
          expect(asked).toBe(walked);
          if (asked === undefined) return;
          expect(nextOccurrence(date, of, { after: asked - 1, zone })).toBe(asked);
        },
      ),
      { numRuns: 500 },
    );
  });
});
