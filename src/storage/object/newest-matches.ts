import { compareMatches as compare, type MatchRange, type TallyMatch } from "../../domain/user/history.ts";

/** Matches kept of a list: most conditions ask for the newest one to five. */
const usualSize = 8;
const largestSize = 64;
/** Lists kept of one user; above it all are dropped and read again as they are asked for. */
const mostLists = 512;

/** The newest matches of one tally and key, newest first; `isAll` when there are no older ones. */
interface Newest {
  readonly size: number;
  matches: TallyMatch[];
  isAll: boolean;
}

/** A question for the newest matches of a list: `limit` at most, newest first. */
export interface NewestLook {
  readonly range: MatchRange;
  readonly limit: number;
}
/** Answers it from the database. */
export type ReadNewest = (asked: NewestLook) => readonly TallyMatch[];

/**
 * The newest matches of each list a user's conditions ask about, in memory for as long as the object is: a user's next event
 * mostly asks what the last one asked, and the object is the only writer. Lives and dies with the cached state: a
 * transaction that is rolled back drops it.
 */
export class NewestMatches {
  readonly #lists = new Map<string, Newest>();

  /** As `History.matches`, from memory where that is certain, else read. */
  look(list: string, asked: NewestLook, read: ReadNewest): readonly TallyMatch[] {
    const { range, limit } = asked;
    const known = this.#lists.get(list);
    const answer = known && answerFrom(known, asked);
    if (answer !== undefined) return answer;
    if (range.upTo !== undefined || limit > largestSize || limit <= (known?.size ?? 0)) return read(asked);
    const size = Math.max(limit, usualSize);
    const matches = [...read({ range: {}, limit: size })];
    const fresh: Newest = { size, matches, isAll: matches.length < size };
    if (this.#lists.size >= mostLists) this.#lists.clear();
    this.#lists.set(list, fresh);
    return answerFrom(fresh, asked) ?? read(asked);
  }

  /** A match was taken out. */
  remove(list: string, match: TallyMatch): void {
    const known = this.#lists.get(list);
    const at = known?.matches.findIndex((other) => compare(other, match) === 0) ?? -1;
    if (at !== -1) known?.matches.splice(at, 1);
  }

  /** A match was filed; one that is known already changes nothing. */
  add(list: string, match: TallyMatch): void {
    const known = this.#lists.get(list);
    if (known === undefined) return;
    const at = known.matches.findIndex((other) => compare(other, match) <= 0);
    const found = known.matches[at];
    if (found !== undefined && compare(found, match) === 0) return;
    // Older than all that is kept: kept only where nothing lies between.
    if (at === -1) {
      if (!known.isAll) return;
      known.matches.push(match);
    } else known.matches.splice(at, 0, match);
    if (known.matches.length > known.size) {
      known.matches.length = known.size;
      known.isAll = false;
    }
  }
}

/** Undefined where older matches than those kept might belong to the answer. */
const answerFrom = (known: Newest, { range, limit }: NewestLook): readonly TallyMatch[] | undefined => {
  const { after = Number.NEGATIVE_INFINITY, upTo = Number.POSITIVE_INFINITY, olderThan } = range;
  const found: TallyMatch[] = [];
  for (const match of known.matches) {
    const [time] = match.order;
    if (time <= after) return found;
    if (time <= upTo && (olderThan === undefined || compare(match, olderThan) < 0)) found.push(match);
    if (found.length === limit) return found;
  }
  return known.isAll ? found : undefined;
};
