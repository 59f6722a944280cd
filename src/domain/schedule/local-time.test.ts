import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { toLocal } from "./calendar.ts";
import { dayOf, daysSchema, nextLocalTime, startOfDay, timeOfDayMs, timeOfDaySchema, zoneSchema, type Day } from "./local-time.ts";
import { clockOf, transitionsOf } from "./zone-changes.test-suite.ts";
import { windowAt } from "./window.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const BERLIN = "Europe/Berlin";
const days: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

describe("nextLocalTime", () => {
  it("a wait until 09:00 is the next local 09:00 strictly after arrival", () => {
    const nine = Date.UTC(2026, 6, 1, 7);
    expect(nextLocalTime(nine - 1, { time: "09:00" }, BERLIN)).toBe(nine);
    expect(nextLocalTime(nine, { time: "09:00" }, BERLIN)).toBe(nine + DAY);
  });

  it("goes on to the next of the days named", () => {
    const monday = Date.UTC(2026, 0, 5, 12);
    expect(nextLocalTime(monday, { time: "09:00", days: ["mon"] }, "UTC")).toBe(Date.UTC(2026, 0, 12, 9));
    expect(nextLocalTime(monday, { time: "09:00", days: ["sun", "thu"] }, "UTC")).toBe(Date.UTC(2026, 0, 8, 9));
  });

  it("a local time that does not exist (spring) is the first valid instant after; one that exists twice, the first", () => {
    expect(nextLocalTime(Date.UTC(2026, 2, 29), { time: "02:30" }, BERLIN)).toBe(Date.UTC(2026, 2, 29, 1));
    expect(nextLocalTime(Date.UTC(2026, 9, 24, 23), { time: "02:30" }, BERLIN)).toBe(Date.UTC(2026, 9, 25, 0, 30));
    // Between the two the first is over: the next day's.
    expect(nextLocalTime(Date.UTC(2026, 9, 25, 1), { time: "02:30" }, BERLIN)).toBe(Date.UTC(2026, 9, 26, 1, 30));
  });

  it("a day that a zone left out is the first instant after it", () => {
    expect(nextLocalTime(Date.UTC(2011, 11, 30, 9), { time: "09:00" }, "Pacific/Apia")).toBe(Date.UTC(2011, 11, 30, 10));
  });

  it("is the first minute after at which clocks show the time, or more, having shown less", () => {
    const zones = fc.constantFrom(BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "UTC");
    fc.assert(
      fc.property(
        fc.record({
          zone: zones,
          anywhere: fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2028, 0) }),
          minutes: fc.integer({ min: 0, max: 1_439 }),
          atChange: fc.boolean(),
          on: fc.option(fc.uniqueArray(fc.constantFrom(...days), { minLength: 1 }), { nil: undefined }),
        }),
        ({ zone, anywhere, minutes, atChange, on }) => {
          const after = Math.floor((atChange ? nearest(zone, anywhere) : anywhere) / MINUTE) * MINUTE;
          const time = textOf(minutes);
          expect(nextLocalTime(after, { time, days: on }, zone)).toBe(scanForTime(after, { time, on }, zone));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("windowAt", () => {
  const night = { from: "21:00", to: "08:00" };

  it("quiet hours reach over midnight", () => {
    expect(windowAt(Date.UTC(2026, 0, 5, 23), night, "UTC")).toEqual({ open: true, closesAt: Date.UTC(2026, 0, 6, 8) });
    expect(windowAt(Date.UTC(2026, 0, 6, 8), night, "UTC")).toEqual({ open: false, opensAt: Date.UTC(2026, 0, 6, 21) });
    expect(windowAt(Date.UTC(2026, 0, 6, 21), night, "UTC")).toEqual({ open: true, closesAt: Date.UTC(2026, 0, 7, 8) });
  });

  it("the days of a window are those on which it begins", () => {
    const weekend = { ...night, days: ["fri"] as const };
    expect(windowAt(Date.UTC(2026, 0, 10, 7, 59), weekend, "UTC")).toEqual({ open: true, closesAt: Date.UTC(2026, 0, 10, 8) });
    expect(windowAt(Date.UTC(2026, 0, 10, 22), weekend, "UTC")).toEqual({ open: false, opensAt: Date.UTC(2026, 0, 16, 21) });
  });

  it("a `to` equal to `from` is a whole day", () => {
    const whole = { from: "00:00", to: "00:00", days: ["fri", "sat"] as const };
    expect(windowAt(Date.UTC(2026, 0, 9, 5), whole, "UTC")).toEqual({ open: true, closesAt: Date.UTC(2026, 0, 11) });
  });

  it("an hour that comes twice is in both times; a window that begins in the hour left out begins after it", () => {
    const early = { from: "02:00", to: "02:30" };
    expect(windowAt(Date.UTC(2026, 9, 25, 0, 10), early, BERLIN)).toEqual({ open: true, closesAt: Date.UTC(2026, 9, 25, 0, 30) });
    expect(windowAt(Date.UTC(2026, 9, 25, 0, 40), early, BERLIN)).toEqual({ open: false, opensAt: Date.UTC(2026, 9, 25, 1) });
    const morning = { from: "02:30", to: "06:00" };
    expect(windowAt(Date.UTC(2026, 2, 29, 0, 30), morning, BERLIN)).toEqual({ open: false, opensAt: Date.UTC(2026, 2, 29, 1) });
  });

  it("equals a scan of every minute, what clocks show asked of Intl, DST both ways", () => {
    const zones = fc.constantFrom(BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "UTC");
    const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => textOf(quarter * 15));
    fc.assert(
      fc.property(
        fc.record({
          zone: zones,
          anywhere: fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2028, 0) }),
          atChange: fc.boolean(),
          from: clock,
          to: clock,
          on: fc.option(fc.uniqueArray(fc.constantFrom(...days), { minLength: 1, maxLength: 6 }), { nil: undefined }),
        }),
        ({ zone, anywhere, atChange, from, to, on }) => {
          fc.pre(from !== to || on !== undefined);
          const now = Math.floor((atChange ? nearest(zone, anywhere) : anywhere) / MINUTE) * MINUTE;
          const found = windowAt(now, { from, to, days: on }, zone);
          expect(found.open).toBe(isIn(now, { from, to, on }, zone));
          let scanned = now;
          while (isIn(scanned, { from, to, on }, zone) === found.open) scanned += MINUTE;
          expect(found.open ? found.closesAt : found.opensAt).toBe(scanned);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("what definitions may say", () => {
  it.each(["24:00", "9:00", "09:60", "0900", "noon"])("refuses %s as a time of day", (time) => {
    expect(timeOfDaySchema.safeParse(time).success).toBe(false);
  });
  it.each(["Mars/Olympus", "+01", "", "local"])("refuses %s as a zone", (zone) => {
    expect(zoneSchema.safeParse(zone).success).toBe(false);
  });
  it("takes the user's own zone and IANA zones, and each day once", () => {
    expect(["user", "UTC", BERLIN].every((zone) => zoneSchema.safeParse(zone).success)).toBe(true);
    expect(daysSchema.safeParse(["mon", "mon"]).success).toBe(false);
  });
});

const textOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Up to an hour and a half around one of the zone's clock changes, where it has any. */
const nearest = (zone: string, instant: number): number => {
  const all = transitionsOf(zone);
  const one = all[instant % Math.max(1, all.length)];
  return one === undefined ? instant : one.at - 90 * MINUTE + (instant % (180 * MINUTE));
};

/** Minute by minute from Intl: the first at which clocks show the wanted local time, or have jumped over it. */
const scanForTime = (
  after: number,
  { time, on }: { readonly time: string; readonly on: readonly Day[] | undefined },
  zone: string,
): number => {
  const seen = new Set<number>();
  // What was shown in the hours before cannot come for the first time again.
  for (let at = after - 4 * 60 * MINUTE; at <= after; at += MINUTE) seen.add(clockOf(at, zone));
  let before = clockOf(after, zone);
  for (let at = after + MINUTE; at < after + 9 * DAY; at += MINUTE) {
    const shown = clockOf(at, zone);
    for (let local = before + MINUTE; local <= shown; local += MINUTE) {
      if (seen.has(local)) continue;
      if (local - startOfDay(local) === timeOfDayMs(time) && (on === undefined || on.includes(dayOf(local)))) return at;
    }
    seen.add(shown);
    before = shown;
  }
  throw new Error("expected the time within nine days");
};

const isIn = (
  at: number,
  { from, to, on }: { readonly from: string; readonly to: string; readonly on: readonly Day[] | undefined },
  zone: string,
): boolean => {
  const local = clockOf(at, zone);
  const time = textOf((local - startOfDay(local)) / MINUTE);
  const today = dayOf(local);
  const yesterday = dayOf(local - DAY);
  const has = (day: Day): boolean => on === undefined || on.includes(day);
  return from < to ? time >= from && time < to && has(today) : (time >= from && has(today)) || (time < to && has(yesterday));
};

it("keeps what clocks show by day: a repeated question costs no formatting", () => {
  const at = Date.UTC(2026, 5, 1, 12);
  toLocal(at, BERLIN);
  const read = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
  for (let round = 0; round < 1_000; round++) toLocal(at + round * MINUTE * 0.7, BERLIN);
  expect(read).not.toHaveBeenCalled();
  read.mockRestore();
});
