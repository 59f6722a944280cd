import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/channels/reply.ts";
import { pauseMs, readAttempt } from "./attempt.ts";

const at = Date.parse("2026-03-01T12:00:00Z");
const answered = (status: number, headers: Record<string, string> = {}): Reply => ({
  kind: "answer",
  status,
  headers,
  body: "",
  complete: true,
  at,
});

describe("an attempt at an endpoint", () => {
  it("is taken by any 2xx, whatever its body says or whether it ever ends", () => {
    for (const status of [200, 202, 204, 299]) expect(readAttempt(answered(status))).toMatchObject({ ok: true, code: status });
    expect(readAttempt({ kind: "answer", status: 200, headers: {}, body: "", complete: false, at })).toMatchObject({ ok: true });
    for (const status of [199, 300, 304, 400, 401, 404, 410, 413, 429, 500, 503])
      expect(readAttempt(answered(status))).toMatchObject({ ok: false, code: status });
    expect(readAttempt({ kind: "lost", detail: "no answer within 15 s" })).toEqual({
      ok: false,
      code: null,
      detail: "no answer within 15 s",
    });
  });

  it("is repeated after 5 seconds, each time three times as late, up to an hour, a quarter more or less", () => {
    const lost: Reply = { kind: "lost", detail: "cut" };
    expect([0, 1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => pauseMs(failures, lost, 0.5))).toEqual([
      5_000, 15_000, 45_000, 135_000, 405_000, 1_215_000, 3_600_000, 3_600_000, 3_600_000,
    ]);
    expect([pauseMs(0, lost, 0), pauseMs(0, lost, 1)]).toEqual([3_750, 6_250]);
    // An hour at most between tries: within three days there are sixty tries and more.
    const tries = (chance: number): number => {
      let count = 0;
      for (let passed = 0; passed < 3 * 86_400_000; count++) passed += pauseMs(count, lost, chance);
      return count;
    };
    expect(tries(0.999)).toBeGreaterThanOrEqual(60);
  });

  it("waits as long as Retry-After asks, in seconds or as a date, but no longer than an hour and never less than by itself", () => {
    expect(pauseMs(0, answered(429, { "retry-after": "60" }), 0.5)).toBe(60_000);
    expect(pauseMs(0, answered(503, { "retry-after": new Date(at + 90_000).toUTCString() }), 0.5)).toBe(90_000);
    expect(pauseMs(0, answered(429, { "retry-after": "999999" }), 0.5)).toBe(3_600_000);
    for (const value of ["0", "-5", "soon", "1e99"]) expect(pauseMs(0, answered(429, { "retry-after": value }), 0.5)).toBe(5_000);
  });
});
