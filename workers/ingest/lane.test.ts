import { describe, expect, it, vi } from "vitest";
import { createLane, type KeepAlive, LaneRefused } from "./lane.ts";

const limits = { groupItems: 4, groupBytes: 100, waitingBytes: 1_000, timeoutMs: 1_000, leadMs: 500 };
interface Item {
  readonly name: string;
  readonly bytes: number;
}
const item = (name: string, bytes = 1): Item => ({ name, bytes });

/** A write under the test's control: it lasts until the test ends it. */
const controlled = () => {
  const groups: { readonly names: string[]; readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const write = (items: readonly Item[]): Promise<void> =>
    new Promise((resolve, reject) => {
      groups.push({ names: items.map(({ name }) => name), end: resolve, fail: reject });
    });
  return { groups, write };
};
const invocation = (): KeepAlive & { readonly kept: Promise<unknown>[] } => {
  const kept: Promise<unknown>[] = [];
  return { kept, waitUntil: (promise) => void kept.push(promise) };
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("createLane", () => {
  it("writes what arrives during a write together, in order of arrival", async () => {
    const { groups, write } = controlled();
    const lane = createLane(limits, write);
    const all = ["a", "b", "c", "d"].map((name) => lane.write([item(name)], invocation()));
    expect(groups.map(({ names }) => names)).toEqual([["a"]]);
    groups[0]?.end();
    await settle();
    expect(groups.map(({ names }) => names)).toEqual([["a"], ["b", "c", "d"]]);
    groups[1]?.end();
    await Promise.all(all);
  });

  it("keeps the leader's invocation alive until nothing waits, and only that one", async () => {
    const { groups, write } = controlled();
    const lane = createLane(limits, write);
    const [leader, follower] = [invocation(), invocation()];
    const all = [lane.write([item("a")], leader), lane.write([item("b")], follower)];
    expect([leader.kept.length, follower.kept.length]).toEqual([1, 0]);
    groups[0]?.end();
    await settle();
    groups[1]?.end();
    await Promise.all([...all, ...leader.kept]);
    await Promise.all([lane.write([item("c")], follower), settle().then(() => groups[2]?.end())]);
    expect(follower.kept).toHaveLength(1);
  });

  it("bounds a group by items and by bytes, and never splits a caller's", async () => {
    const { groups, write } = controlled();
    const lane = createLane(limits, write);
    const all = [
      lane.write([item("a")], invocation()),
      lane.write([item("b"), item("c"), item("d")], invocation()),
      lane.write([item("e"), item("f")], invocation()),
      lane.write([item("g", 99)], invocation()),
      lane.write(
        ["h", "i", "j", "k", "l"].map((name) => item(name)),
        invocation(),
      ),
    ];
    for (let group = 0; group < 5; group += 1) {
      groups[group]?.end();
      await settle();
    }
    await Promise.all(all);
    expect(groups.map(({ names }) => names.join(""))).toEqual(["a", "bcd", "ef", "g", "hijkl"]);
  });

  it("tells a failed write to every waiter of its group and to nobody else", async () => {
    const { groups, write } = controlled();
    const lane = createLane(limits, write);
    const first = lane.write([item("a")], invocation());
    const group = [lane.write([item("b")], invocation()), lane.write([item("c")], invocation())];
    groups[0]?.end();
    await first;
    await settle();
    const later = lane.write([item("d")], invocation());
    groups[1]?.fail(new Error("D1 is down"));
    for (const result of await Promise.allSettled(group))
      expect(result).toMatchObject({ status: "rejected", reason: { message: "D1 is down" } });
    await settle();
    groups[2]?.end();
    await later;
  });

  it("refuses at once when too much waits, but never a caller who finds nothing waiting", async () => {
    const { groups, write } = controlled();
    const lane = createLane(limits, write);
    const all = [lane.write([item("big", 5_000)], invocation()), lane.write([item("b", 900)], invocation())];
    await expect(lane.write([item("c", 200)], invocation())).rejects.toThrow(LaneRefused);
    groups[0]?.end();
    await settle();
    groups[1]?.end();
    await Promise.all(all);
  });

  it("refuses a waiter whose turn does not come in time, and never writes its items afterwards", async () => {
    vi.useFakeTimers();
    try {
      const { groups, write } = controlled();
      const lane = createLane(limits, write);
      const stuck = lane.write([item("a")], invocation()).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(10);
      const waiting = lane.write([item("b")], invocation()).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(1_100);
      for (const error of await Promise.all([stuck, waiting])) expect(error).toBeInstanceOf(LaneRefused);
      // The leader is taken for dead by now: the next one leads.
      const next = lane.write([item("c")], invocation());
      expect(groups.map(({ names }) => names)).toEqual([["a"], ["c"]]);
      groups[1]?.end();
      await next;
      groups[0]?.end();
      await vi.advanceTimersByTimeAsync(10);
      expect(groups).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it("hands the lead to a waiting invocation after its time, so that no request writes for ever", async () => {
    vi.useFakeTimers();
    try {
      const { groups, write } = controlled();
      const lane = createLane(limits, write);
      const [first, second] = [invocation(), invocation()];
      const a = lane.write([item("a")], first);
      const b = lane.write([item("b")], second);
      await vi.advanceTimersByTimeAsync(600);
      groups[0]?.end();
      await vi.advanceTimersByTimeAsync(1);
      await Promise.all([a, ...first.kept]);
      expect(second.kept).toHaveLength(1);
      expect(groups.map(({ names }) => names)).toEqual([["a"], ["b"]]);
      groups[1]?.end();
      await b;
    } finally {
      vi.useRealTimers();
    }
  });
});
