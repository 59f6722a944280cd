import type { Keeping } from "../../domain/user/keeping.ts";
import { type SqlPort, type SqlRow, numberOf, textOf } from "./sql-port.ts";
import { listOf, refusedList } from "./sqlite-history.ts";

/** Wider than any instant. */
const always = 9e15;

/** Where a pass over all lists of history stands: the list, and the last row of it that was looked at. */
export interface PruneCursor {
  readonly tally: string;
  readonly key: string;
  readonly after?: readonly [time: number, received: number, index: number, id: string];
}

/** What one page of a pass did. `lowWater`: the instant (ms) before which events may be missing from now on, where some went. */
export interface Pruned {
  readonly next: PruneCursor | undefined;
  readonly removed: number;
  readonly lowWater: number | undefined;
}

const pageOfList = `SELECT time, received, idx, id FROM matches WHERE tally = ? AND key = ? AND time < ?
  AND (time, received, idx, id) > (?, ?, ?, ?) ORDER BY time, received, idx, id LIMIT ?`;

/**
 * One page of a pass that takes what nobody can need out of history: at most `budget` rows and lists are looked at. Call it
 * inside the transaction that also keeps the cursor and the low-water mark.
 */
export const pruneHistory = (
  sql: SqlPort,
  keeping: Keeping,
  { cursor, budget }: { readonly cursor: PruneCursor | undefined; readonly budget: number },
): Pruned => {
  let removed = 0;
  let lowWater: number | undefined;
  let left = budget;
  for (let at = cursor?.after === undefined ? nextList(sql, cursor) : cursor; at !== undefined; at = nextList(sql, at)) {
    const cutoff = cutoffOf(at, keeping);
    const rows = readPage(sql, at, { cutoff, limit: Math.max(1, left) });
    let gone = 0;
    for (const row of rows) if (isGone(row, { cutoff, keeping })) gone += remove(sql, at, row);
    if (gone > 0) {
      removed += gone;
      if (at.tally.startsWith("n:")) lowWater = Math.max(lowWater ?? cutoff, cutoff);
      // A figure kept beside matches is reckoned anew from what is left.
      if (at.tally.startsWith("t:"))
        sql.run("DELETE FROM kept WHERE kind = 'total' AND key IN (?, ?)", listOf(at.tally.slice(2), at.key), listOf(at.tally, at.key));
    }
    const last = rows.at(-1);
    const isMore = last !== undefined && rows.length >= Math.max(1, left);
    left -= rows.length + 1;
    if (isMore || left <= 0)
      return { next: isMore ? { ...at, after: placeOf(last) } : { tally: at.tally, key: at.key }, removed, lowWater };
  }
  return { next: undefined, removed, lowWater };
};

const cutoffOf = ({ tally }: PruneCursor, keeping: Keeping): number => {
  const name = tally.slice(2);
  if (tally.startsWith("n:")) return keeping.named(name);
  if (tally.startsWith("t:")) return keeping.counted(name);
  return tally === refusedList ? keeping.arrival : Number.NEGATIVE_INFINITY;
};

/** What came not long ago stays however old it says it is: a past that was just imported is there for the segments made next. */
const isGone = (row: SqlRow, { cutoff, keeping }: { readonly cutoff: number; readonly keeping: Keeping }): boolean =>
  cutoff === Number.POSITIVE_INFINITY || numberOf(row, "received") < keeping.arrival;

const readPage = (
  sql: SqlPort,
  { tally, key, after }: PruneCursor,
  { cutoff, limit }: { readonly cutoff: number; readonly limit: number },
): readonly SqlRow[] =>
  cutoff === Number.NEGATIVE_INFINITY
    ? []
    : sql.run(pageOfList, tally, key, Math.min(cutoff, always), ...(after ?? ([-always, -always, 0, ""] as const)), limit);

const placeOf = (row: SqlRow): NonNullable<PruneCursor["after"]> => [
  numberOf(row, "time"),
  numberOf(row, "received"),
  numberOf(row, "idx"),
  textOf(row, "id"),
];

const remove = (sql: SqlPort, { tally, key }: PruneCursor, row: SqlRow): number => {
  sql.run(
    "DELETE FROM matches WHERE tally = ? AND key = ? AND time = ? AND received = ? AND idx = ? AND id = ?",
    tally,
    key,
    ...placeOf(row),
  );
  if (!tally.startsWith("t:")) sql.run("DELETE FROM events WHERE id = ?", textOf(row, "id"));
  return 1;
};

/** The list after the one given, by a jump through the index. */
const nextList = (sql: SqlPort, cursor: PruneCursor | undefined): PruneCursor | undefined => {
  const row = sql.run(
    "SELECT tally, key FROM matches WHERE (tally, key) > (?, ?) ORDER BY tally, key LIMIT 1",
    cursor?.tally ?? "",
    cursor?.key ?? "",
  )[0];
  return row && { tally: textOf(row, "tally"), key: textOf(row, "key") };
};
