import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { addCalendar, fromLocal, isZone, toLocal } from "./calendar.ts";

const BERLIN = "Europe/Berlin";

describe("the calendar of a zone", () => {
  it("knows zones by name only", () => {
    expect(["Europe/Berlin", "UTC", "America/New_York"].every(isZone)).toBe(true);
    expect(["", "Mars/Olympus", "Europe/Berlin\n", "x".repeat(100)].some(isZone)).toBe(false);
  });

  it("makes one formatter for all spellings of a zone, so that what users write cannot fill the memory", () => {
    const Original = Intl.DateTimeFormat;
    const made = vi.spyOn(Intl, "DateTimeFormat").mockImplementation(function (...given) {
      return new Original(...given);
    });
    const spellings = Array.from({ length: 200 }, (_, i) =>
      Array.from("africa/nairobi", (letter, at) => (((i * 37) >> (at % 8)) & 1 ? letter.toUpperCase() : letter)).join(""),
    );
    expect(new Set(spellings).size).toBeGreaterThan(50);
    expect(spellings.every(isZone)).toBe(true);
    expect(made.mock.calls.length).toBeLessThanOrEqual(1);
    made.mockRestore();
    expect(toLocal(Date.UTC(2026, 0, 1), "aFRICA/nairobi")).toBe(Date.UTC(2026, 0, 1, 3));
  });

  it("shows local time, and an unknown zone as UTC", () => {
    expect(toLocal(Date.UTC(2026, 6, 1, 12), BERLIN)).toBe(Date.UTC(2026, 6, 1, 14));
    expect(toLocal(5, "Mars/Olympus")).toBe(5);
  });

  it("a local time that does not exist is the first valid instant after", () => {
    expect(fromLocal(Date.UTC(2026, 2, 29, 2, 30), BERLIN)).toBe(Date.UTC(2026, 2, 29, 1));
  });

  it("a local time that exists twice is the first", () => {
    expect(fromLocal(Date.UTC(2026, 9, 25, 2, 30), BERLIN)).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });

  it("finds every instant again from what clocks show, or the earlier of two", () => {
    const zones = fc.constantFrom(BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC");
    fc.assert(
      fc.property(zones, fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) }), (zone, instant) => {
        const local = toLocal(instant, zone);
        const found = fromLocal(local, zone);
        expect(found).toBeLessThanOrEqual(instant);
        expect(toLocal(found, zone)).toBe(local);
      }),
    );
  });

  it("adds months to the same day and time, or to the month's last day", () => {
    expect(addCalendar(Date.UTC(2026, 0, 31, 9), 1, "UTC")).toBe(Date.UTC(2026, 1, 28, 9));
    expect(addCalendar(Date.UTC(2026, 0, 15, 8), 6, BERLIN)).toBe(Date.UTC(2026, 6, 15, 7));
    expect(addCalendar(Date.UTC(2024, 1, 29), 12, "UTC")).toBe(Date.UTC(2025, 1, 28));
  });
});
