import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cachedToken } from "./cached-token.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const token = (value: string, lastsMs = 3_600_000) => Promise.resolve({ value, expiresAt: Date.now() + lastsMs });

it("is made once, kept, and made anew a minute before it ends", async () => {
  const make = vi.fn(() => token("a"));
  expect(await Promise.all([cachedToken("kept", make), cachedToken("kept", make)])).toEqual(["a", "a"]);
  vi.advanceTimersByTime(3_539_000);
  await cachedToken("kept", make);
  expect(make).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  await cachedToken("kept", make);
  expect(make).toHaveBeenCalledTimes(2);
});

it("one that could not be made is tried again", async () => {
  await expect(cachedToken("failing", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
  expect(await cachedToken("failing", () => token("b"))).toBe("b");
});

it("one whose maker was cut off holds nobody up for ever", async () => {
  void cachedToken("cut", () => new Promise(() => undefined));
  const waiting = cachedToken("cut", () => token("c"));
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await waiting).toBe("c");
});
