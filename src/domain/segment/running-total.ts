import type { History, MatchRange, TallyMatch } from "../user/history.ts";
import { addDecimals, type Decimal, decimalText, parseDecimal, subtractDecimals, zero } from "./decimal.ts";

/** Sum and number of values, and how many events add less than nothing. */
export interface Total {
  readonly sum: Decimal;
  readonly count: number;
  readonly negatives: number;
}

export const nothing: Total = { sum: zero, count: 0, negatives: 0 };

/** Where a list of values is kept: the tally's matches carry `totalText`. */
export interface TotalList {
  readonly history: History;
  readonly tally: string;
  readonly key: string | null;
}

/** What one event adds, as its match carries it. */
export const totalText = ({ sum, count, negatives }: Total): string => `${decimalText(sum)} ${count} ${negatives}`;

export const readTotal = (text: string | undefined): Total => {
  const [sum = "0", count = "0", negatives = "0"] = (text ?? "").split(" ");
  return text === undefined ? nothing : { sum: parseDecimal(sum), count: Number(count), negatives: Number(negatives) };
};

export const add = (a: Total, b: Total): Total => ({
  sum: addDecimals(a.sum, b.sum),
  count: a.count + b.count,
  negatives: a.negatives + b.negatives,
});

export const subtract = (a: Total, b: Total): Total => ({
  sum: subtractDecimals(a.sum, b.sum),
  count: a.count - b.count,
  negatives: a.negatives - b.negatives,
});

/** The total of everything after an instant, kept for whoever asks from there on. */
interface Cursor {
  readonly asker: string;
  /** ms; null = from the beginning */
  readonly after: number | null;
  readonly total: string;
}

/** Askers whose totals are kept for one list: windows of definitions, and live runs; beyond it the one asked longest ago gives way. */
const MAX_CURSORS = 32;
const PAGE = 200;

const cursorsOf = ({ history, tally, key }: TotalList): readonly Cursor[] => {
  const text = history.figure(tally, key);
  return text === undefined ? [] : (JSON.parse(text) as readonly Cursor[]); // written by keep below
};

const keep = ({ history, tally, key }: TotalList, cursors: readonly Cursor[]): void =>
  history.keepFigure(tally, key, JSON.stringify(cursors.slice(0, MAX_CURSORS)));

/** Files an event's total, and adds it to all totals kept that it belongs to: one row read, two written. */
export const addToTotals = (list: TotalList, match: TallyMatch, past: boolean): void => {
  const { history, tally, key } = list;
  history.addMatch(tally, key, match);
  const cursors = cursorsOf(list);
  if (cursors.length === 0) return;
  // What is counted for the second time is in some totals and not in others: they are reckoned anew when asked for.
  if (past) return keep(list, []);
  const [time] = match.order;
  const added = readTotal(match.value);
  keep(
    list,
    cursors.map((cursor) =>
      cursor.after !== null && time <= cursor.after ? cursor : { ...cursor, total: totalText(add(readTotal(cursor.total), added)) },
    ),
  );
};

/**
 * The total of all events after an instant (undefined = of all). Found by moving the asker's own, or else the nearest kept,
 * total there: a window that moves on reads each event once, when it leaves.
 */
export const totalAfter = (list: TotalList, asker: string, at: { readonly after: number | undefined; readonly now: number }): Total => {
  const { after } = at;
  const cursors = cursorsOf(list);
  const own = cursors.find((cursor) => cursor.asker === asker);
  const wanted = after ?? Number.NEGATIVE_INFINITY;
  const from = own ?? nearest(cursors, wanted, at.now);
  const total = from === undefined ? between(list, { ...(after !== undefined && { after }) }) : moved(list, from, after);
  if (own !== undefined && (own.after ?? undefined) === after) return total;
  keep(list, [{ asker, after: after ?? null, total: totalText(total) }, ...cursors.filter((cursor) => cursor.asker !== asker)]);
  return total;
};

/** The kept total that is nearest in time; undefined where the end of history is nearer. */
const nearest = (cursors: readonly Cursor[], wanted: number, now: number): Cursor | undefined => {
  let best: Cursor | undefined;
  let distance = now - wanted;
  for (const cursor of cursors) {
    const position = cursor.after ?? Number.NEGATIVE_INFINITY;
    const apart = position === wanted ? 0 : Math.abs(position - wanted);
    if (apart < distance || apart === 0) [best, distance] = [cursor, apart];
  }
  return best;
};

const moved = (list: TotalList, { after: from, total: text }: Cursor, to: number | undefined): Total => {
  const total = readTotal(text);
  const [start, end] = [from ?? Number.NEGATIVE_INFINITY, to ?? Number.NEGATIVE_INFINITY];
  if (end > start) return subtract(total, between(list, { ...(from !== null && { after: from }), upTo: end }));
  return end === start ? total : add(total, between(list, { ...(to !== undefined && { after: to }), upTo: start }));
};

/** Reads what lies in a range, page by page. */
const between = (list: TotalList, range: MatchRange): Total => {
  let total = nothing;
  for (const match of matchesIn(list, range)) total = add(total, readTotal(match.value));
  return total;
};

/** Matches in a range, oldest first, read page by page as they are asked for. */
export function* matchesIn({ history, tally, key }: TotalList, range: MatchRange, page = PAGE): Generator<TallyMatch, void> {
  let from: TallyMatch | undefined;
  for (;;) {
    const found = history.firstMatches(tally, key, { ...range, ...(from && { newerThan: from }) }, page);
    yield* found;
    from = found.at(-1);
    if (from === undefined || found.length < page) return;
  }
}
