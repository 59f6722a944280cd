import { describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { catalogOf, identify, journey, sendJourney, TestUser, track } from "../user/user-kit.test-suite.ts";
import { addCalendar } from "./calendar.ts";
import { nextLocalTime } from "./local-time.ts";
import { windowAt } from "./window.ts";
import { clockOf, quarters, transitionsOf, type ZoneChange } from "./zone-changes.test-suite.ts";

/*
 * The time-zone table: every zone that changes its clocks within the next two years, both ways, before, at and after the
 * change. Expected values come from Intl by brute force (zone-changes.test-suite.ts), quarter of an hour by quarter of an hour.
 */

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const table = Intl.supportedValuesOf("timeZone").flatMap((zone) => transitionsOf(zone).map((change) => ({ zone, change })));
const zones = [...new Set(table.map(({ zone }) => zone))];

const timeOf = (local: number): string => new Date(local).toISOString().slice(11, 16);
/** Local times (ms as if UTC) around a change: well before it, the first that is left out or repeated, its middle, right after, well after. */
const localsAround = ({ at, before, after }: ZoneChange): readonly number[] => {
  const [low, high] = [at + Math.min(before, after), at + Math.max(before, after)];
  return [
    low - 2 * HOUR,
    low - QUARTER,
    low,
    low + Math.floor((high - low) / 2 / QUARTER) * QUARTER,
    high - QUARTER,
    high,
    high + 2 * HOUR,
  ];
};
/** Instants before, at and after. */
const instantsAround = ({ at, before, after }: ZoneChange): readonly number[] => {
  const length = Math.abs(after - before);
  return [at - DAY, at - length, at - QUARTER, at, at + QUARTER, at + length, at + DAY];
};

/** Zones of one rule change alike: what is expected of the days around a change is reckoned once for all of them. */
const reckoned = new Map<string, number>();
const once = ({ at, before, after }: ZoneChange, what: string, reckon: () => number): number => {
  const name = `${at}|${before}|${after}|${what}`;
  const known = reckoned.get(name) ?? reckon();
  reckoned.set(name, known);
  return known;
};

/** The first instant strictly after at which clocks show the time for the first time, or have jumped over it. */
const expectedNext = (after: number, time: string, zone: string): number => {
  for (const { at, local, isFirst, skipped } of quarters(after, after + 3 * DAY, zone)) {
    if (at <= after) continue;
    if (skipped.some((missed) => timeOf(missed) === time) || (isFirst && timeOf(local) === time)) return at;
  }
  throw new Error(`expected a ${time} in ${zone} within three days`);
};

/** The instant of a local time, some hours around `near`: the first of two, the first valid one after a gap. */
const expectedInstant = (local: number, near: number, zone: string): number | undefined => {
  for (const { at, local: shown, skipped } of quarters(near - 6 * HOUR, near + 6 * HOUR, zone))
    if (shown === local || skipped.includes(local)) return at;
  return undefined;
};

const isIn = (local: number, [from, to]: readonly [string, string]): boolean => {
  const time = timeOf(local);
  return from < to ? time >= from && time < to : time >= from || time < to;
};

/** The first quarter of an hour at which clocks are on the other side of the window than now. */
const expectedFlip = (now: number, window: readonly [string, string], zone: string): number => {
  const open = isIn(clockOf(now, zone), window);
  for (let at = now + QUARTER; at < now + 3 * DAY; at += QUARTER) if (isIn(clockOf(at, zone), window) !== open) return at;
  throw new Error("expected the window to change within three days");
};

/** Windows that begin, end or lie in the hour left out or repeated, and a night's quiet hours. */
const windowsAround = (change: ZoneChange): readonly (readonly [string, string])[] => {
  const [wellBefore, before, low, middle, lastOf, high, wellAfter] = localsAround(change).map(timeOf);
  const pairs = [
    [wellBefore, middle],
    [middle, wellAfter],
    [before, high],
    [low, lastOf],
    [low, high],
    [wellAfter, wellBefore],
    ["21:00", "08:00"],
  ] as const;
  return pairs.flatMap(([from = "", to = ""]) => (from === to ? [] : [[from, to] as const]));
};

describe(`the time-zone table: ${zones.length} zones, ${table.length} changes of clocks`, () => {
  it("has zones of all kinds: half an hour, two hours, both hemispheres, and a month of winter time", () => {
    expect(zones.length).toBeGreaterThan(100);
    expect(zones).toEqual(
      expect.arrayContaining(["Australia/Lord_Howe", "Antarctica/Troll", "America/Santiago", "Africa/Casablanca", "Europe/Berlin"]),
    );
  });

  it("a wait until a local time is the next one strictly after arrival, before, at and after each change", () => {
    const wrong: object[] = [];
    for (const { zone, change } of table)
      for (const time of new Set(localsAround(change).map(timeOf)))
        for (const after of instantsAround(change)) {
          const expected = once(change, `next ${time} ${after}`, () => expectedNext(after, time, zone));
          const found = nextLocalTime(after, { time }, zone);
          if (found !== expected) wrong.push({ zone, time, after, found, expected });
        }
    expect(wrong).toEqual([]);
  });

  it("calendar months end on the same day and time, moved only where clocks leave it out", () => {
    let asked = 0;
    for (const { zone, change } of table)
      for (const local of localsAround(change)) {
        const months = new Date(local).getUTCDate() > 28 ? 12 : 1;
        const origin = new Date(local);
        origin.setUTCMonth(origin.getUTCMonth() - months);
        const start = expectedInstant(origin.getTime(), origin.getTime() - change.before, zone);
        // Clocks never showed that: nobody arrives then.
        if (start === undefined || clockOf(start, zone) !== origin.getTime()) continue;
        asked++;
        expect([zone, addCalendar(start, months, zone)]).toEqual([zone, expectedInstant(local, change.at, zone)]);
      }
    expect(asked).toBeGreaterThan(4 * table.length);
  });

  it("windows and quiet hours open and close by what clocks show, before, at and after each change", () => {
    const wrong: object[] = [];
    for (const { zone, change } of table)
      for (const window of windowsAround(change))
        for (const now of instantsAround(change)) {
          const [from, to] = window;
          const flip = once(change, `window ${from} ${to} ${now}`, () => expectedFlip(now, window, zone));
          const found = windowAt(now, { from, to }, zone);
          if (found.open !== isIn(clockOf(now, zone), window) || (found.open ? found.closesAt : found.opensAt) !== flip)
            wrong.push({ zone, window, now, found, flip });
        }
    expect(wrong).toEqual([]);
  });

  it("in a journey: the user's zone decides when a wait until is over and when a message held by quiet hours goes out", () => {
    const catalogs = new Map<string, Catalog>();
    const catalogFor = (time: string): Catalog => {
      const steps = { wait: { type: "wait", until: { time, zone: "user" }, next: "end" }, end: { type: "exit" } };
      const waits = journey({ key: "waits", trigger: { type: "event", event: "Wait" }, start: "wait", steps });
      const made =
        catalogs.get(time) ??
        catalogOf({
          journeys: [{ definition: waits }, { definition: sendJourney() }],
          rules: { quietHours: { from: "21:00", to: "08:00" } },
        });
      catalogs.set(time, made);
      return made;
    };
    for (const { zone, change } of table) {
      const time = timeOf(localsAround(change)[3] ?? 0);
      const now = change.at - 2 * HOUR;
      const waiting = new TestUser(catalogFor(time), "u:u", now);
      waiting.event(identify({ email: "a@b.c", timezone: zone }, now));
      waiting.event(track("Wait", now));
      const expected = once(change, `next ${time} ${now}`, () => expectedNext(now, time, zone));
      expect([zone, waiting.nextDue]).toEqual([zone, expected]);
      const sending = new TestUser(catalogFor(time), "u:u", now);
      sending.event(identify({ email: "a@b.c", timezone: zone }, now));
      const id = sending.event(track("Go", now)).deliver[0]?.message ?? "";
      const { claim } = sending.claim(id);
      const isQuiet = isIn(clockOf(now, zone), ["21:00", "08:00"]);
      expect([zone, claim.kind]).toEqual([zone, isQuiet ? "no" : "send"]);
      if (isQuiet)
        expect([zone, sending.nextDue]).toEqual([
          zone,
          once(change, `window 21:00 08:00 ${now}`, () => expectedFlip(now, ["21:00", "08:00"], zone)),
        ]);
    }
  });
});
