import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import { QuotaCounts } from "./quota-counts.ts";

const NOW = Date.UTC(2026, 10, 30, 12);
const DAY = 86_400_000;
const open = () => {
  const sql = nodeSql(new DatabaseSync(":memory:"));
  return { sql, counts: new QuotaCounts(sql) };
};
const wait = (held: number, passing = 0) => ({ held, passing });

describe("QuotaCounts", () => {
  it("gives as many as there is room for, and tells the others until when they wait", () => {
    const { counts } = open();
    const quota = { day: 5 };
    expect(counts.take({ quota, ...wait(3) }, NOW)).toMatchObject({ granted: 3, over: { kind: "counted" } });
    expect(counts.take({ quota, ...wait(4) }, NOW)).toMatchObject({
      granted: 2,
      over: { kind: "over", until: Date.UTC(2026, 11, 1), reason: "quota: 5 messages a day" },
    });
    expect(counts.take({ quota, ...wait(1) }, NOW + DAY)).toMatchObject({ granted: 1 });
  });

  it("whoever has to wait for the month waits for its end, not for the day's", () => {
    const { counts } = open();
    const at = NOW - 10 * DAY;
    expect(counts.take({ quota: { day: 2, month: 2 }, ...wait(3) }, at).over).toMatchObject({
      until: Date.UTC(2026, 11, 1),
      reason: "quota: 2 messages a month",
    });
  });

  it("what passes counts also where it is over, and takes the room of what waits", () => {
    const { counts } = open();
    const quota = { day: 2 };
    expect(counts.take({ quota, ...wait(1, 1) }, NOW).granted).toBe(1);
    expect(counts.take({ quota, ...wait(1, 3) }, NOW).granted).toBe(0);
    expect(counts.reached(quota, NOW)).toEqual([{ kind: "day", limit: 2, count: 5, since: NOW, until: Date.UTC(2026, 11, 1) }]);
  });

  it("what was not sent is free again, and a limit that was raised is not reached any more", () => {
    const { counts } = open();
    const { at } = counts.take({ quota: { day: 2 }, ...wait(2) }, NOW);
    counts.giveBack(1, at);
    expect(counts.take({ quota: { day: 2 }, ...wait(2) }, NOW)).toMatchObject({ granted: 1, over: { kind: "over" } });
    expect(counts.reached({ day: 2 }, NOW)).toHaveLength(1);
    expect(counts.reached({ day: 3 }, NOW)).toEqual([]);
    expect(counts.reached({ day: 2 }, NOW + DAY)).toEqual([]);
  });

  it("never lets more through in any day or month than it may, whoever asks for how many and when, also after a restart", () => {
    const asks = fc.array(fc.record({ held: fc.nat(5), after: fc.nat(DAY), unused: fc.nat(2) }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.record({ day: fc.integer({ min: 1, max: 6 }), month: fc.integer({ min: 1, max: 20 }) }), asks, (quota, all) => {
        const { sql } = open();
        const sent = new Map<string, number>();
        let now = NOW;
        for (const { held, after, unused } of all) {
          now += after;
          const counts = new QuotaCounts(sql);
          const { granted, at } = counts.take({ quota, ...wait(held) }, now);
          const back = Math.min(unused, granted);
          counts.giveBack(back, at);
          for (const length of [7, 10]) {
            const period = new Date(now).toISOString().slice(0, length);
            sent.set(period, (sent.get(period) ?? 0) + granted - back);
          }
        }
        for (const [period, count] of sent) expect(count).toBeLessThanOrEqual(period.length === 7 ? quota.month : quota.day);
        expect(Number(sql.run("SELECT count(*) AS n FROM quota_counts")[0]?.["n"])).toBeLessThanOrEqual(2);
      }),
    );
  });
});
