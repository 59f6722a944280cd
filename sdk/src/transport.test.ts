import { expect, it } from "vitest";
import { retryAfterMs } from "./transport.ts";

const now = Date.UTC(2026, 0, 5, 8);

it.each([
  [null, 0],
  ["", 0],
  ["2", 2000],
  ["Mon, 05 Jan 2026 08:00:10 GMT", 10_000],
  ["Mon, 05 Jan 2026 07:00:00 GMT", 0],
  ["soon", 0],
  ["86400", 3_600_000],
])("retryAfterMs reads %j as %i ms", (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});
