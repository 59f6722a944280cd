import type { HistoryRange, TallyMatch } from "../../domain/user/history.ts";
import { type SqlPort, type SqlRow, numberOf, textOf } from "./sql-port.ts";

const always = 9e15;

const newestOfOne = `SELECT time, received, idx, id, body FROM matches
  WHERE tally = ? AND key = '' AND time > ? AND time <= ? AND (time, received, idx, id) < (?, ?, ?, ?)
  ORDER BY time DESC, received DESC, idx DESC, id DESC LIMIT ?`;

export interface NamedLook {
  readonly name: string;
  readonly range: HistoryRange;
  readonly limit: number;
  readonly before: TallyMatch | undefined;
}

/**
 * Newest first events of one history name, or of all names with a prefix (trailing "*"; "*" alone = all), at most `limit`,
 * strictly before `before`. Rows carry time, received, idx, id, body.
 *
 * A prefix is read as a merge of its names, each through its own range of the index and a row at a time, so that rows read
 * stay near names + limit however long history is.
 */
export const newestOfNames = (sql: SqlPort, { name, range, limit, before }: NamedLook): readonly SqlRow[] => {
  const read = (tally: string, from: TallyMatch | undefined, count: number): readonly SqlRow[] => {
    const [time, received, index] = from?.order ?? [always, always, always];
    const upTo = Math.min(range.upTo ?? always, time);
    return sql.run(newestOfOne, tally, range.after ?? -always, upTo, time, received, index, from?.id ?? "", count);
  };
  if (!name.endsWith("*")) return read(`n:${name}`, before, limit);

  const heads = namesUnder(sql, `n:${name.slice(0, -1)}`).flatMap((tally) => {
    const head = read(tally, before, 1)[0];
    return head === undefined ? [] : [{ tally, head }];
  });
  const found: SqlRow[] = [];
  while (found.length < limit) {
    const newest = heads.reduce<(typeof heads)[number] | undefined>(
      (best, one) => (best === undefined || compareRows(one.head, best.head) > 0 ? one : best),
      undefined,
    );
    if (newest === undefined) break;
    found.push(newest.head);
    const next = read(
      newest.tally,
      {
        order: [numberOf(newest.head, "time"), numberOf(newest.head, "received"), numberOf(newest.head, "idx")],
        id: textOf(newest.head, "id"),
      },
      1,
    )[0];
    if (next === undefined) heads.splice(heads.indexOf(newest), 1);
    else newest.head = next;
  }
  return found;
};

/** Distinct names with a prefix, by jumping through the index from one to the next; one jump lands behind the last. */
const namesUnder = (sql: SqlPort, prefix: string): readonly string[] => {
  const names: string[] = [];
  let sought = sql.run("SELECT tally FROM matches WHERE tally >= ? ORDER BY tally LIMIT 1", prefix)[0];
  while (sought !== undefined) {
    const name = textOf(sought, "tally");
    if (!name.startsWith(prefix)) break;
    names.push(name);
    sought = sql.run("SELECT tally FROM matches WHERE tally > ? ORDER BY tally LIMIT 1", name)[0];
  }
  return names;
};

const compareRows = (a: SqlRow, b: SqlRow): number =>
  numberOf(a, "time") - numberOf(b, "time") ||
  numberOf(a, "received") - numberOf(b, "received") ||
  numberOf(a, "idx") - numberOf(b, "idx") ||
  (textOf(a, "id") < textOf(b, "id") ? -1 : 1);
