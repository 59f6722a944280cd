import { toCursor } from "./paging.ts";

type Key = readonly (string | number)[];

/**
 * One page of rows that lie in several shards: each shard gave its first `limit + 1` in order, the page is the first
 * `limit` of all. The cursor is the last row's key and means the same in every shard.
 */
export const mergedPage = <Row, T>(
  rows: readonly (readonly Row[])[],
  page: {
    readonly limit: number;
    readonly order: "ascending" | "descending";
    readonly keyOf: (row: Row) => Key;
    readonly present: (row: Row) => T;
  },
): { items: T[]; next: string | null } => {
  const sign = page.order === "ascending" ? 1 : -1;
  const all = rows.length === 1 ? (rows[0] ?? []) : rows.flat().toSorted((a, b) => sign * compareKeys(page.keyOf(a), page.keyOf(b)));
  const items = all.slice(0, page.limit);
  const last = items.at(-1);
  return { items: items.map(page.present), next: all.length > page.limit && last !== undefined ? toCursor(page.keyOf(last)) : null };
};

/** As SQLite orders them: numbers by size, texts by code point. */
const compareKeys = (a: Key, b: Key): number => {
  for (let i = 0; i < a.length; i++) {
    const left = a[i];
    const right = b[i];
    if (left === right) continue;
    if (typeof left === "number" && typeof right === "number") return left - right;
    return compareCodePoints(String(left), String(right));
  }
  return 0;
};

const compareCodePoints = (a: string, b: string): number => {
  const left = new TextEncoder().encode(a);
  const right = new TextEncoder().encode(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};

/** Rows of one shard that looked at a bounded part of it: `scannedTo` is where the look ended, null when it reached the end. */
export interface Scan<Row> {
  readonly rows: readonly Row[];
  readonly scannedTo: Key | null;
}

/**
 * A page out of bounded looks. Where a shard's look ended early nothing beyond its end is shown yet, so the page may hold
 * fewer rows than asked for, or none, and still have a next one.
 */
export const scannedPage = <Row, T>(
  shards: readonly Scan<Row>[],
  page: Parameters<typeof mergedPage<Row, T>>[1],
): { items: T[]; next: string | null } => {
  const sign = page.order === "ascending" ? 1 : -1;
  const ends = shards
    .flatMap(({ rows, scannedTo }) => (scannedTo === null || rows.length > page.limit ? [] : [scannedTo]))
    .toSorted((a, b) => sign * compareKeys(a, b));
  const [end] = ends;
  if (end === undefined)
    return mergedPage(
      shards.map(({ rows }) => rows),
      page,
    );
  const seen = shards.map(({ rows }) => rows.filter((row) => sign * compareKeys(page.keyOf(row), end) <= 0));
  const merged = mergedPage(seen, page);
  return { items: merged.items, next: merged.next ?? toCursor(end) };
};
