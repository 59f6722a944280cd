import { expect, it } from "vitest";
import { periodsAt, quotaReason } from "./quota.ts";

it("days and months are UTC's, and end where the next ones begin", () => {
  expect(periodsAt(Date.UTC(2026, 11, 31, 23, 59, 59, 999))).toEqual([
    { kind: "month", name: "2026-12", endsAt: Date.UTC(2027, 0, 1) },
    { kind: "day", name: "2026-12-31", endsAt: Date.UTC(2027, 0, 1) },
  ]);
  expect(periodsAt(Date.UTC(2028, 1, 28))).toEqual([
    { kind: "month", name: "2028-02", endsAt: Date.UTC(2028, 2, 1) },
    { kind: "day", name: "2028-02-28", endsAt: Date.UTC(2028, 1, 29) },
  ]);
});

it("says why a message waits", () => {
  expect(quotaReason("day", 1_000)).toBe("quota: 1000 messages a day");
});
