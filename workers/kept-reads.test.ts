import { afterEach, describe, expect, it } from "vitest";
import { inFlight, KeptReads } from "./kept-reads.ts";

afterEach(() => {
  inFlight.isShared = true;
});

describe("reads an isolate keeps", () => {
  it("are made once, however many ask meanwhile and after", async () => {
    const reads = new KeptReads<number>(10);
    let made = 0;
    const read = (): Promise<number> => Promise.resolve(++made);
    expect(await Promise.all([reads.get("a", read), reads.get("a", read)])).toEqual([1, 1]);
    expect(await reads.get("a", read)).toBe(1);
    expect(await reads.get("b", read)).toBe(2);
  });

  it("are each one's own while nothing in flight may be shared", async () => {
    inFlight.isShared = false;
    const reads = new KeptReads<number>(10);
    let made = 0;
    const read = (): Promise<number> => Promise.resolve(++made);
    expect(await Promise.all([reads.get("a", read), reads.get("a", read)])).toEqual([1, 2]);
    expect(made).toBe(2);
  });

  it("that failed are tried again, and whoever waited is told", async () => {
    const reads = new KeptReads<number>(10);
    const fail = (): Promise<number> => Promise.reject(new Error("gone"));
    await expect(Promise.all([reads.get("a", fail), reads.get("a", fail)])).rejects.toThrow("gone");
    expect(await reads.get("a", () => Promise.resolve(7))).toBe(7);
  });
});
