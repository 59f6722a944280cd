import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import { SendPlaces, type PlaceRequest } from "./send-places.ts";

const open = () => {
  const sql = nodeSql(new DatabaseSync(":memory:"));
  const places = new SendPlaces(sql);
  const rate = { count: 2, perMs: 1_000 };
  return {
    sql,
    places,
    take: (id: string, now: number, more: Partial<PlaceRequest> = {}) => places.take({ id, ...rate, ...more }, now),
    reopened: () => new SendPlaces(sql),
  };
};
const most = (instants: readonly number[], perMs: number): number =>
  Math.max(0, ...instants.map((from) => instants.filter((at) => at >= from && at < from + perMs).length));

describe("SendPlaces", () => {
  it("gives places at once while the window has room; later ones are planned, evenly, and taken when they are near", () => {
    const { take } = open();
    expect(["a", "b", "c", "d", "e"].map((id) => take(id, 0))).toEqual([
      { at: 0, taken: true, graceMs: 125 },
      { at: 0, taken: true, graceMs: 125 },
      { at: 1_500, taken: false, graceMs: 125 },
      { at: 2_250, taken: false, graceMs: 125 },
      { at: 3_000, taken: false, graceMs: 125 },
    ]);
    expect(take("c", 950)).toEqual({ at: 1_500, taken: true, graceMs: 125 });
    expect(take("d", 1_900)).toEqual({ at: 1_900, taken: true, graceMs: 125 });
  });

  it("gives the same attempt the same place, until it is over", () => {
    const { take } = open();
    expect(take("a", 0)).toEqual(take("a", 125));
    expect(take("a", 126).at).toBe(126);
    take("b", 130);
    expect(take("far", 130)).toEqual(take("far", 140));
  });

  it("gives back a place that is not used", () => {
    const { take, places } = open();
    take("a", 0);
    take("b", 0);
    places.giveBack("b");
    expect(take("c", 10)).toMatchObject({ at: 10, taken: true });
  });

  it("moves nobody to the end of the line for being late", () => {
    const { take } = open();
    const ids = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const planned = ids.map((id) => take(id, 0));
    expect(planned.at(-1)?.at).toBeLessThan(40 * 750);
    const late = take("m10", (planned[10]?.at ?? 0) + 400);
    expect(late.taken).toBe(true);
    expect(late.at).toBe((planned[10]?.at ?? 0) + 400);
  });

  it("in any window of the rate no more sends begin than it allows, whoever is late, gives back, or comes after a restart", () => {
    const rates = fc.record({ count: fc.integer({ min: 1, max: 5 }), perMs: fc.constantFrom(100, 1_000, 5_000) });
    const comers = fc.array(
      fc.record({
        after: fc.nat(400),
        late: fc.nat(600),
        uses: fc.boolean(),
        restart: fc.boolean(),
        delay: fc.integer({ min: 0, max: 500 }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(rates, comers, (rate, all) => {
        const { sql } = open();
        let places = new SendPlaces(sql);
        const began: number[] = [];
        const waiting: { readonly id: string; readonly at: number; readonly one: (typeof all)[number] }[] = [];
        let now = 0;
        const ask = (id: string, one: (typeof all)[number]): void => {
          if (one.restart) places = new SendPlaces(sql);
          const place = places.take({ id, ...rate }, now);
          if (!place.taken) waiting.push({ id, at: place.at + one.late, one });
          else if (!one.uses) places.giveBack(id);
          // Begun within the grace, and on the way for no longer than the rest of the slack, which is three times as long.
          else began.push(Math.max(now, place.at) + Math.min(one.delay, place.graceMs) + Math.min(one.late, 3 * place.graceMs - 1));
        };
        for (const [index, one] of all.entries()) {
          const due = now + one.after;
          for (;;) {
            waiting.sort((a, b) => a.at - b.at);
            const next = waiting[0];
            if (next === undefined || next.at > due) break;
            waiting.shift();
            now = Math.max(now, next.at);
            ask(next.id, next.one);
          }
          now = Math.max(now, due);
          ask(`m${index}`, one);
        }
        expect(most(began, rate.perMs)).toBeLessThanOrEqual(rate.count);
      }),
    );
  });

  it("keeps no more places than a window holds", () => {
    const { take, sql } = open();
    for (let index = 0; index < 500; index++) take(`m${index}`, index * 2_000);
    expect(Number(sql.run("SELECT count(*) AS n FROM send_places")[0]?.["n"])).toBeLessThan(10);
  });
});
