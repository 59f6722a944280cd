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
      { at: 0, taken: true, graceMs: 100 },
      { at: 0, taken: true, graceMs: 100 },
      { at: 1_200, taken: false, graceMs: 100 },
      { at: 1_800, taken: false, graceMs: 100 },
      { at: 2_400, taken: false, graceMs: 100 },
    ]);
    expect(take("c", 950)).toEqual({ at: 1_200, taken: true, graceMs: 100 });
    expect(take("d", 1_500)).toEqual({ at: 1_500, taken: true, graceMs: 100 });
  });

  it("gives the same attempt the same place, until it is over", () => {
    const { take } = open();
    expect(take("a", 0)).toEqual(take("a", 100));
    expect(take("a", 101).at).toBe(101);
    take("b", 110);
    expect(take("far", 110)).toEqual(take("far", 120));
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
    expect(planned.at(-1)?.at).toBeLessThan(40 * 600);
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
        delay: fc.integer({ min: 0, max: 50 }),
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
          // Begun within the grace, and on the way for no longer than the other half of the slack.
          else began.push(Math.max(now, place.at) + Math.min(one.delay, place.graceMs) + Math.min(one.late, place.graceMs - 1));
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

  it("however long the way: a provider has no more calls in any window than allowed, wherever between beginning and end it has them", () => {
    const calls = fc.array(
      fc.record({ after: fc.nat(300), lasts: fc.nat(2_000), arrives: fc.double({ min: 0, max: 1, noNaN: true }), dies: fc.boolean() }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(fc.record({ count: fc.integer({ min: 1, max: 4 }), perMs: fc.constantFrom(100, 1_000) }), calls, (rate, all) => {
        const { sql } = open();
        const arrived: number[] = [];
        const running: { readonly id: string; readonly endsAt: number; readonly dies: boolean }[] = [];
        let now = 0;
        const goOn = (to: number): void => {
          for (const call of running.splice(0)) {
            if (call.endsAt > to) running.push(call);
            else if (!call.dies) new SendPlaces(sql).end(call.id, call.endsAt);
          }
          now = to;
        };
        for (const [index, { after, lasts, arrives, dies }] of all.entries()) {
          goOn(now + after);
          const id = `m${index}`;
          for (
            let waitMs = new SendPlaces(sql).begin({ id, ...rate }, now);
            waitMs > 0;
            waitMs = new SendPlaces(sql).begin({ id, ...rate }, now)
          )
            goOn(now + waitMs);
          arrived.push(now + lasts * arrives);
          running.push({ id, endsAt: now + lasts, dies });
        }
        expect(most(arrived, rate.perMs)).toBeLessThanOrEqual(rate.count);
        expect(Number(sql.run("SELECT count(*) AS n FROM send_calls")[0]?.["n"])).toBeLessThanOrEqual(rate.count);
      }),
    );
  });

  it("plans by what calls take: no place comes before the calls before it can be out of the window", () => {
    const { take, places } = open();
    for (const id of ["a", "b"]) {
      take(id, 0);
      expect(places.begin({ id, count: 2, perMs: 1_000 }, 0)).toBe(0);
    }
    // Both are under way.
    expect(take("c", 1_000).at).toBe(2_000);
    places.end("b", 1_010);
    expect(take("d", 1_100).at).toBe(2_010);
  });

  it("keeps no more places than a window holds", () => {
    const { take, sql } = open();
    for (let index = 0; index < 500; index++) take(`m${index}`, index * 2_000);
    expect(Number(sql.run("SELECT count(*) AS n FROM send_places")[0]?.["n"])).toBeLessThan(10);
  });
});
