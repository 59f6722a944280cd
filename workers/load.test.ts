import { describe, expect, it } from "vitest";
import { isBusy, noteRequest } from "./load.ts";

/** Requests evenly over a second from `start`, asking at its end. */
const second = (start: number, requests: number): boolean => {
  for (let index = 0; index < requests; index++) noteRequest(start + Math.floor((index * 1_000) / requests));
  return isBusy(start + 999);
};

describe("isBusy", () => {
  it("is false at up to 50 requests a second and true well above", () => {
    expect(second(1_000_000, 20)).toBe(false);
    expect(second(2_000_000, 50)).toBe(false);
    expect(second(3_000_000, 200)).toBe(true);
  });

  it("is over soon after the last request", () => {
    expect(second(4_000_000, 500)).toBe(true);
    expect(isBusy(4_001_500)).toBe(false);
  });
});
