import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TallyMatch } from "../../domain/user/history.ts";
import { type NewestLook, NewestMatches } from "./newest-matches.ts";

const compare = (a: TallyMatch, b: TallyMatch): number => a.order[0] - b.order[0] || a.order[1] - b.order[1] || (a.id < b.id ? -1 : 1);

/** A list as the database has it, with the number of looks it took. */
const database = () => {
  const rows: TallyMatch[] = [];
  let looks = 0;
  return {
    add: (match: TallyMatch): void => {
      if (!rows.some((row) => row.id === match.id)) rows.push(match);
    },
    remove: (match: TallyMatch): void => {
      const at = rows.findIndex((row) => row.id === match.id);
      if (at !== -1) rows.splice(at, 1);
    },
    read: ({ range: { after = -Infinity, upTo = Infinity, olderThan }, limit }: NewestLook): readonly TallyMatch[] => {
      looks += 1;
      const inRange = rows.filter(
        (row) => row.order[0] > after && row.order[0] <= upTo && (olderThan === undefined || compare(row, olderThan) < 0),
      );
      return inRange.toSorted(compare).toReversed().slice(0, limit);
    },
    looks: () => looks,
  };
};

const match = (id: number, time: number): TallyMatch => ({ id: `e${id}`, order: [time, time % 3, 0] });

const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 0, max: 60 }), time: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ remove: fc.integer({ min: 0, max: 60 }) }),
  fc.record({
    after: fc.option(fc.integer({ min: -1, max: 40 }), { nil: undefined }),
    upTo: fc.option(fc.integer({ min: -1, max: 40 }), { nil: undefined }),
    before: fc.option(fc.record({ id: fc.integer({ min: 0, max: 60 }), time: fc.integer({ min: 0, max: 40 }) }), { nil: undefined }),
    limit: fc.integer({ min: 1, max: 70 }),
  }),
);

describe("NewestMatches", () => {
  it("answers what the database would, whatever was added and asked before, in order or late", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const rows = database();
        const newest = new NewestMatches();
        const times = new Map<number, number>();
        for (const one of steps) {
          if ("add" in one) {
            // An event keeps its time: the same id again is the same match.
            const time = times.get(one.add) ?? one.time;
            times.set(one.add, time);
            rows.add(match(one.add, time));
            newest.add("list", match(one.add, time));
            continue;
          }
          if ("remove" in one) {
            const time = times.get(one.remove);
            if (time === undefined) continue;
            rows.remove(match(one.remove, time));
            newest.remove("list", match(one.remove, time));
            continue;
          }
          const range = {
            ...(one.after !== undefined && { after: one.after }),
            ...(one.upTo !== undefined && { upTo: one.upTo }),
            ...(one.before && { olderThan: match(one.before.id, one.before.time) }),
          };
          const asked = { range, limit: one.limit };
          expect(newest.look("list", asked, rows.read)).toEqual(rows.read(asked));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("looks once for a list that is asked again and again while events come", () => {
    const rows = database();
    const newest = new NewestMatches();
    for (let n = 0; n < 1_000; n++) {
      rows.add(match(n, n));
      newest.add("list", match(n, n));
      expect(newest.look("list", { range: { after: n - 5 }, limit: 3 }, rows.read)).toHaveLength(Math.min(n + 1, 3));
    }
    expect(rows.looks()).toBe(1);
  });

  it("keeps the lists of two names or keys apart", () => {
    const newest = new NewestMatches();
    newest.look("a", { range: {}, limit: 1 }, () => []);
    newest.look("b", { range: {}, limit: 1 }, () => []);
    newest.add("a", match(1, 1));
    expect(newest.look("b", { range: {}, limit: 1 }, () => [])).toEqual([]);
    expect(newest.look("a", { range: {}, limit: 1 }, () => [])).toEqual([match(1, 1)]);
  });
});
