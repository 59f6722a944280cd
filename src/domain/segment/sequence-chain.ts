import { compileKey, compileWhere } from "../filter/compile-filter.ts";
import type { Filter } from "../filter/filter-schema.ts";
import { hashText, stableText } from "../hash.ts";
import { compareMatches, type History, matchOf, type TallyMatch } from "../user/history.ts";
import type { Tally } from "./condition.ts";
import type { Start } from "./newest-matches.ts";
import { matchesIn } from "./running-total.ts";

/** One event of a sequence, by history name. */
export interface ChainStep {
  readonly name: string;
  readonly where: readonly Filter[];
  /** At most so long (ms, excluded) after the event before it. */
  readonly withinMs?: number | undefined;
}

/** Which events complete which prefix of a sequence, kept as they come. */
export interface Chain {
  readonly tallies: readonly Tally[];
  /** When the newest whole sequence that counts began: no other began later. Undefined = there is none. Reads a row or two for each step. */
  readonly began: (history: History, key: string | null, start: Start | undefined) => number | undefined;
}

/** Later matches looked at in one read when a late event lengthens what came after it. */
const PAGE = 200;

/**
 * For each prefix of the sequence, two lists: the events that match its last step, and those of them that complete the prefix,
 * which is so when the newest event completing the prefix before it lies before it (in the total order) and not too far back.
 *
 * An event that comes late may complete prefixes for events after it. Only those can be meant that lie before the next event
 * like itself and out of reach of the one before: each event is filed under each prefix at most once, ever, so what late
 * events cost is bounded by what they change.
 */
export const compileChain = (steps: readonly ChainStep[], keyPath: string | undefined): Chain => {
  const id = hashText(stableText({ sequence: steps, keyPath }));
  const lists = steps.map((step, index): Prefix => ({
    matching: index === 0 ? `${id}-0` : `${id}-${index}m`,
    completing: `${id}-${index}`,
    withinMs: step.withinMs ?? Number.POSITIVE_INFINITY,
  }));
  const key = keyPath === undefined ? null : compileKey(keyPath);
  return {
    tallies: steps.map((step, index) => ({
      id: `${id}-${index}`,
      name: step.name,
      matches: compileWhere(step.where),
      key,
      file: (event, of, { history }) => arrive({ history, key: of, lists }, index, matchOf(event)),
    })),
    began: (history, of, start) => begin({ history, key: of, lists }, start),
  };
};

interface Prefix {
  readonly matching: string;
  readonly completing: string;
  readonly withinMs: number;
}

interface Walk {
  readonly history: History;
  readonly key: string | null;
  readonly lists: readonly Prefix[];
}

/** An event that matches the step has come. */
const arrive = (walk: Walk, index: number, match: TallyMatch): void => {
  const { history, key, lists } = walk;
  const prefix = lists[index];
  if (prefix === undefined) return;
  const before = lists[index - 1];
  if (before !== undefined) {
    history.addMatch(prefix.matching, key, match);
    const [previous] = history.matches(before.completing, key, { olderThan: match }, 1);
    if (previous === undefined || match.order[0] >= previous.order[0] + prefix.withinMs) return;
  }
  complete(walk, index, match);
};

/** Files an event under the prefix it completes, and what comes after it under the next. Goes as deep as the sequence is long. */
const complete = (walk: Walk, index: number, match: TallyMatch): void => {
  const { history, key, lists } = walk;
  const prefix = lists[index];
  if (prefix === undefined) return;
  history.addMatch(prefix.completing, key, match);
  const next = lists[index + 1];
  if (next === undefined) return;
  const [newest] = history.matches(next.matching, key, {}, 1);
  if (newest === undefined || compareMatches(newest, match) <= 0) return;
  const [previous] = history.matches(prefix.completing, key, { olderThan: match }, 1);
  const [following] = history.firstMatches(prefix.completing, key, { newerThan: match }, 1);
  // Up to here the one before reaches; from here on nothing does but this one, until the following.
  const reached = previous === undefined ? Number.NEGATIVE_INFINITY : previous.order[0] + next.withinMs;
  if (reached === Number.POSITIVE_INFINITY) return;
  const range = {
    ...(reached !== Number.NEGATIVE_INFINITY && { after: reached - 1 }),
    ...(next.withinMs !== Number.POSITIVE_INFINITY && { upTo: match.order[0] + next.withinMs - 1 }),
  };
  for (let from = match; ;) {
    const page = history.firstMatches(next.matching, key, { ...range, newerThan: from }, PAGE);
    for (const later of page) {
      if (following !== undefined && compareMatches(later, following) > 0) return;
      complete(walk, index + 1, later);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = last;
  }
};

/** Walks back from the newest end, always to the newest event before: the later an end, the later its newest beginning. */
const begin = (walk: Walk, start: Start | undefined): number | undefined => {
  const { history, key, lists } = walk;
  let match: TallyMatch | undefined;
  for (const { completing } of lists.toReversed()) {
    const range = { ...(start && { after: start.from - 1 }), ...(match && { olderThan: match }) };
    const found = history.matches(completing, key, range, 2);
    match = found.find((one) => start === undefined || start.counts(one));
    // The run's own trigger stands in the middle of what counts (a late event brought the run to its step): what completes a
    // prefix may do so by the trigger alone, so the lists do not answer.
    if (start !== undefined && found[0] !== match && found[0] !== undefined && found[0].order[0] > start.from)
      return beginAgain(walk, start);
    if (match === undefined) return undefined;
  }
  return match?.order[0];
};

/** The same from the matching events since the start alone: only where a run's trigger lies among them. */
const beginAgain = ({ history, key, lists }: Walk, start: Start): number | undefined => {
  /** Events that complete the prefix so far, oldest first, with the latest beginning of each. */
  let ends: readonly { readonly match: TallyMatch; readonly began: number }[] | undefined;
  for (const { matching, withinMs } of lists) {
    const before = ends;
    let position = 0;
    ends = [...matchesIn({ history, tally: matching, key }, { after: start.from - 1 })].filter(start.counts).flatMap((match) => {
      if (before === undefined) return [{ match, began: match.order[0] }];
      for (; position < before.length; position++) {
        const next = before[position];
        if (next === undefined || compareMatches(next.match, match) >= 0) break;
      }
      const previous = before[position - 1];
      return previous !== undefined && match.order[0] < previous.match.order[0] + withinMs ? [{ match, began: previous.began }] : [];
    });
  }
  return ends?.at(-1)?.began;
};
