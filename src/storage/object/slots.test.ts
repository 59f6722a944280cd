import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import { Slots, type SlotRequest } from "./slots.ts";

const open = () => {
  const sql = nodeSql(new DatabaseSync(":memory:"));
  const slots = new Slots(sql);
  let ids = 0;
  return {
    sql,
    take: (more: Partial<SlotRequest>, now: number) =>
      slots.take({ id: `q${++ids}`, count: 2, perMs: 100, leadMs: 0, queue: true, ...more }, now),
  };
};
const most = (instants: readonly number[], perMs: number): number =>
  Math.max(0, ...instants.map((from) => instants.filter((at) => at >= from && at < from + perMs).length));

describe("Slots", () => {
  it("gives places at once while the window has room, then each as soon as one is free", () => {
    const { take } = open();
    expect([0, 0, 0, 0, 10].map((now) => take({}, now))).toEqual([0, 0, 100, 100, 200].map((at) => ({ admitted: true, at })));
    expect(take({}, 1_000)).toEqual({ admitted: true, at: 1_000 });
  });

  it("refuses who does not queue, and takes no place for it", () => {
    const { take } = open();
    expect([0, 0, 50, 99, 100].map((now) => take({ queue: false }, now).admitted)).toEqual([true, true, false, false, true]);
  });

  it("gives the same id the same place", () => {
    const { take, sql } = open();
    const first = take({ id: "same" }, 0);
    expect(take({ id: "same" }, 5_000)).toEqual(first);
    expect(sql.run("SELECT count(*) AS n FROM slots")).toEqual([{ n: 1 }]);
  });

  it("gives no place earlier than the lead, and one far ahead holds up nobody", () => {
    const { take } = open();
    expect(take({ leadMs: 60_000 }, 0)).toEqual({ admitted: true, at: 60_000 });
    expect(take({ leadMs: 10, queue: false }, 0)).toEqual({ admitted: true, at: 10 });
    expect(take({ leadMs: 10 }, 5)).toEqual({ admitted: true, at: 15 });
  });

  it("forgets places long over: the table does not grow for ever", () => {
    const { take, sql } = open();
    for (let at = 0; at < 400; at++) take({}, at * 10_000);
    expect(Number(sql.run("SELECT count(*) AS n FROM slots")[0]?.["n"])).toBeLessThan(100);
  });

  it("never lets a window hold more than the limit, whoever asks when", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ wait: fc.integer({ min: 0, max: 80 }), leadMs: fc.integer({ min: 0, max: 150 }), queue: fc.boolean() }), {
          maxLength: 60,
        }),
        (count, requests) => {
          const { take } = open();
          let now = 0;
          const given: number[] = [];
          for (const { wait, leadMs, queue } of requests) {
            now += wait;
            const slot = take({ count, leadMs, queue }, now);
            if (slot.admitted) given.push(slot.at);
            if (slot.admitted) expect(slot.at).toBeGreaterThanOrEqual(now + leadMs);
          }
          expect(most(given, 100)).toBeLessThanOrEqual(count);
        },
      ),
    );
  });
});
