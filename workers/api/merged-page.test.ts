import * as fc from "fast-check";
import * as z from "zod";
import { describe, expect, it } from "vitest";
import { mergedPage, scannedPage } from "./merged-page.ts";
import { fromCursor, toCursor } from "./paging.ts";

const keys = fc.uniqueArray(
  fc.string({ unit: "binary", maxLength: 4 }).filter((text) => text.isWellFormed()),
  { maxLength: 60 },
);
const byCodePoint = (a: string, b: string) => {
  const [left, right] = [a, b].map((text) => Array.from(text, (char) => char.codePointAt(0) ?? 0));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++)
    if (left?.[i] !== right?.[i]) return (left?.[i] ?? -1) - (right?.[i] ?? -1);
  return 0;
};

describe("mergedPage", () => {
  it("walked by its cursor shows every row of every shard once, in order", () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 7 }), (all, shardCount, limit) => {
        const shards = Array.from({ length: shardCount }, (_, shard) =>
          all.filter((_key, i) => i % shardCount === shard).toSorted(byCodePoint),
        );
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let round = 0; round <= all.length + 1; round++) {
          const after = fromCursor(cursor, z.tuple([z.string()]))?.[0];
          const rows = shards.map((shard) => shard.filter((key) => after === undefined || byCodePoint(key, after) > 0).slice(0, limit + 1));
          const page = mergedPage(rows, { limit, order: "ascending", keyOf: (key) => [key], present: (key) => key });
          seen.push(...page.items);
          if (page.next === null) break;
          cursor = page.next;
        }
        expect(seen).toEqual(all.toSorted(byCodePoint));
      }),
    );
  });
});

describe("scannedPage", () => {
  const page = { limit: 10, order: "descending" as const, keyOf: (n: number) => [n], present: (n: number) => n };

  it("shows nothing beyond the end of the shortest look, and goes on from there", () => {
    const found = scannedPage(
      [
        { rows: [9, 3], scannedTo: null },
        { rows: [8], scannedTo: [5] },
      ],
      page,
    );
    expect(found).toEqual({ items: [9, 8], next: toCursor([5]) });
  });

  it("is over when every look reached the end", () => {
    expect(
      scannedPage(
        [
          { rows: [9], scannedTo: null },
          { rows: [], scannedTo: null },
        ],
        page,
      ),
    ).toEqual({ items: [9], next: null });
  });
});

describe("fromCursor", () => {
  it("reads back what toCursor wrote, and refuses everything else", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, n) => {
        expect(fromCursor(toCursor([n, text.toWellFormed()]), z.tuple([z.number(), z.string()]))).toEqual([n, text.toWellFormed()]);
      }),
    );
    for (const cursor of ["", "%%%", "e30", toCursor(["x"])])
      expect(() => fromCursor(cursor, z.tuple([z.number()]))).toThrow(expect.objectContaining({ code: "bad-cursor" }));
  });
});
