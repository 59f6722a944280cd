import { describe, expect, it } from "vitest";
import { sharedRead } from "./shared-read.ts";

/** A read whose answers are given out by hand. */
const byHand = () => {
  const begun: { readonly key: string; readonly resolve: (value: number) => void; readonly reject: (error: Error) => void }[] = [];
  const read = sharedRead((key) => new Promise<number>((resolve, reject) => begun.push({ key, resolve, reject })));
  return { begun, read };
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("sharedRead", () => {
  it("shares one read among all who ask at once", async () => {
    const { begun, read } = byHand();
    const all = Promise.all([read("w"), read("w"), read("w")]);
    await settled();
    expect(begun).toHaveLength(1);
    begun[0]?.resolve(1);
    expect(await all).toEqual([1, 1, 1]);
  });

  it("never answers with a read that began before it was asked", async () => {
    const { begun, read } = byHand();
    const first = read("w");
    await settled();
    const late = [read("w"), read("w")];
    await settled();
    expect(begun).toHaveLength(1);
    begun[0]?.resolve(1);
    expect(await first).toBe(1);
    await settled();
    expect(begun).toHaveLength(2);
    begun[1]?.resolve(2);
    expect(await Promise.all(late)).toEqual([2, 2]);
  });

  it("keeps keys apart, and goes on after a failure", async () => {
    const { begun, read } = byHand();
    const failed = read("a").catch((error: Error) => error.message);
    const other = read("b");
    await settled();
    begun[0]?.reject(new Error("down"));
    begun[1]?.resolve(5);
    expect([await failed, await other]).toEqual(["down", 5]);
    const again = read("a");
    await settled();
    begun[2]?.resolve(6);
    expect(await again).toBe(6);
  });
});
