import { describe, expect, it } from "vitest";
import { durationSchema, parseDuration, windowDurationSchema, windowMs } from "./duration.ts";
import { parseInstant } from "./instant.ts";

describe("parseDuration", () => {
  it.each([
    ["PT90S", 0, 90_000],
    ["P3D", 0, 259_200_000],
    ["P1M", 1, 0],
    ["P1Y2M3DT4H", 14, 273_600_000],
    ["PT1M", 0, 60_000],
    ["P2W", 0, 1_209_600_000],
    ["PT0.5S", 0, 500],
    ["-P3D", 0, -259_200_000],
    ["-P1M", -1, 0],
    ["P0D", 0, 0],
  ])("reads %s", (text, months, ms) => expect(parseDuration(text)).toEqual({ months, ms }));
  it.each(["", "P", "PT", "P1DT", "1D", "P1H", "PT1D", "p1d", "P-1D", "P1.5M", "P1D ", "P99999D", "P11Y", "PT1e3S"])("refuses %j", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});

describe("window durations", () => {
  it("refuse months and years, which have no fixed length, and nothing at all", () => {
    for (const text of ["P1M", "P1Y", "P0D", "-P1D", "P1MT1H"]) expect(windowDurationSchema.safeParse(text).success, text).toBe(false);
    expect(windowDurationSchema.safeParse("P4W").success).toBe(true);
    expect(windowMs("PT1H")).toBe(3_600_000);
  });
  it("are stricter than waits", () => expect(durationSchema.safeParse("P1M").success).toBe(true));
});

describe("parseInstant", () => {
  it.each([
    ["2026-01-31", "2026-01-31T00:00:00Z"],
    ["2026-01-31T09:00Z", "2026-01-31T09:00:00Z"],
    ["2026-01-31T09:00:00", "2026-01-31T09:00:00Z"],
    ["2026-01-31T09:00:00+02:00", "2026-01-31T07:00:00Z"],
    ["2026-01-31T09:00:00-0330", "2026-01-31T12:30:00Z"],
    ["2026-01-31T09:00:00.1234Z", "2026-01-31T09:00:00.123Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
  ])("reads %s", (text, iso) => expect(parseInstant(text)).toBe(Date.parse(iso)));
  it.each(["2026-02-29", "2026-13-01", "2026-1-1", "2026-01-01T24:00", "tomorrow", "2026", "0050-02-30", "2026-01-01T09", "1/2/2026"])(
    "refuses %j",
    (text) => expect(parseInstant(text)).toBeUndefined(),
  );
});
