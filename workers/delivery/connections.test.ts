import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connections } from "./connections.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const answers = () => {
  const connections = new Connections();
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const ask = (index: number): Promise<string> =>
    connections.run(() => {
      begun.push(index);
      return new Promise<string>((resolve) => (finish[index] = () => resolve("done")));
    });
  return { begun, finish, ask };
};
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("calls of one invocation", () => {
  it("begin only where a connection is free, six at once, in order of coming", async () => {
    const { begun, finish, ask } = answers();
    const all = Array.from({ length: 9 }, (_, index) => ask(index));
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    finish[3]?.();
    finish[0]?.();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const index of [1, 2, 4, 5, 6, 7]) finish[index]?.();
    await settle();
    finish[8]?.();
    expect(await Promise.all(all)).toEqual(all.map(() => "done"));
  });

  it("never begin late: who finds no connection in time is told so, and keeps nobody else waiting", async () => {
    const { begun, finish, ask } = answers();
    const all = Array.from({ length: 7 }, (_, index) => ask(index).catch((problem: unknown) => String(problem)));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await all[6]).toBe("Error: no connection was free in time");
    const later = ask(7);
    finish[0]?.();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 7]);
    finish[7]?.();
    expect(await later).toBe("done");
  });

  it("give their connection back also when they fail", async () => {
    const connections = new Connections();
    const fails = Array.from({ length: 20 }, () => connections.run(() => Promise.reject(new Error("no"))).catch(() => "failed"));
    expect(await Promise.all(fails)).toEqual(fails.map(() => "failed"));
  });
});
