import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connections } from "./connections.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const scene = () => {
  const connections = new Connections();
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const call = (index: number): Promise<string> =>
    connections.run(() => {
      begun.push(index);
      return new Promise<string>((resolve) => (finish[index] = () => resolve("done")));
    }, "none");
  return { connections, begun, finish, call };
};
const settle = () => vi.advanceTimersByTimeAsync(0);
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("calls of one invocation", () => {
  it("begin only where a connection is free, six at once, in order of coming", async () => {
    const { begun, finish, call } = scene();
    const all = numbers(9).map(call);
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

  it("never begin late: a claimed message that finds no connection soon is asked about again, and keeps nobody else waiting", async () => {
    const { begun, finish, call } = scene();
    const all = numbers(7).map(call);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await all[6]).toBe("none");
    const later = call(7);
    finish[0]?.();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 7]);
    finish[7]?.();
    expect(await later).toBe("done");
  });

  it("give their connection back also when they fail", async () => {
    const { connections } = scene();
    const fails = numbers(20).map(() => connections.run(() => Promise.reject(new Error("no")), undefined).catch(() => "failed"));
    expect(await Promise.all(fails)).toEqual(fails.map(() => "failed"));
  });
});

describe("claims", () => {
  /** How many of those who asked for a turn have it. */
  const turnsOf = (connections: Connections, count: number) => {
    const over: (() => void)[] = [];
    const failed: string[] = [];
    for (const _ of numbers(count))
      void connections.turn().then(
        (end) => over.push(end),
        (problem: unknown) => failed.push(String(problem)),
      );
    return { over, failed };
  };

  it("go ahead of calls that are quick", async () => {
    const { connections, call } = scene();
    numbers(6).forEach((index) => void call(index));
    const { over } = turnsOf(connections, 14);
    await settle();
    expect(over).toHaveLength(14);
  });

  it("wait while calls are slow, for a connection that nobody else is about to take", async () => {
    const { connections, finish, call } = scene();
    numbers(4).forEach((index) => void call(index));
    await vi.advanceTimersByTimeAsync(600);
    const { over } = turnsOf(connections, 10);
    await settle();
    expect(over).toHaveLength(2);
    // One of them will not be sent: the next is asked.
    over[0]?.();
    over[0]?.();
    await settle();
    expect(over).toHaveLength(3);
    finish[0]?.();
    await settle();
    expect(over).toHaveLength(4);
    // No slow one is left: nobody need wait.
    for (const index of [1, 2, 3]) finish[index]?.();
    await settle();
    expect(over).toHaveLength(10);
  });

  it("whose turn does not come in time are left to the queue", async () => {
    const { connections, call } = scene();
    numbers(6).forEach((index) => void call(index));
    await vi.advanceTimersByTimeAsync(600);
    const { over, failed } = turnsOf(connections, 2);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([over.length, failed]).toEqual([0, ["Error: no connection was free in time", "Error: no connection was free in time"]]);
  });

  it("no claimed message waits longer than a second, however its provider falls silent", async () => {
    const { connections, call } = scene();
    const outcomes: string[] = [];
    const waits: number[] = [];
    const deliver = async (index: number): Promise<void> => {
      const over = await connections.turn();
      const claimedAt = Date.now();
      const outcome = await call(index);
      over();
      if (outcome === "none") waits.push(Date.now() - claimedAt);
      outcomes.push(outcome);
    };
    numbers(20).forEach((index) => void deliver(index).catch(() => outcomes.push("left")));
    await vi.advanceTimersByTimeAsync(25_000);
    expect(waits.every((ms) => ms <= 1_000)).toBe(true);
    expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(14);
  });
});
