import type { UserEvent } from "../event/event.ts";
import type { History, HistoryRange, MatchRange, TallyMatch } from "../user/history.ts";

/** Passes everything on and counts the rows read and the rows of tallies written. */
export class CountingHistory implements History {
  rowsRead = 0;
  matchesAdded = 0;
  readonly #inner: History;
  constructor(inner: History) {
    this.#inner = inner;
  }
  append(event: UserEvent): boolean {
    return this.#inner.append(event);
  }
  refuse(event: UserEvent): boolean {
    return this.#inner.refuse(event);
  }
  has(id: string): boolean {
    this.rowsRead += 1;
    return this.#inner.has(id);
  }
  event(id: string): UserEvent | undefined {
    this.rowsRead += 1;
    return this.#inner.event(id);
  }
  matches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[] {
    return this.#counted(this.#inner.matches(tally, key, range, limit));
  }
  firstMatches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[] {
    return this.#counted(this.#inner.firstMatches(tally, key, range, limit));
  }
  addMatch(tally: string, key: string | null, match: TallyMatch): void {
    this.matchesAdded += 1;
    this.#inner.addMatch(tally, key, match);
  }
  removeMatch(tally: string, key: string | null, match: TallyMatch): void {
    this.matchesAdded += 1;
    this.#inner.removeMatch(tally, key, match);
  }
  figure(tally: string, key: string | null): string | undefined {
    this.rowsRead += 1;
    return this.#inner.figure(tally, key);
  }
  keepFigure(tally: string, key: string | null, text: string): void {
    this.matchesAdded += 1;
    this.#inner.keepFigure(tally, key, text);
  }
  named(name: string, range: HistoryRange, limit: number): readonly TallyMatch[] {
    return this.#counted(this.#inner.named(name, range, limit));
  }

  byName(name: string, range: HistoryRange, limit: number, before?: TallyMatch): readonly UserEvent[] {
    return this.#counted(this.#inner.byName(name, range, limit, before));
  }
  message(id: string) {
    return this.#inner.message(id);
  }
  messages(before: string | undefined, limit: number) {
    return this.#counted(this.#inner.messages(before, limit));
  }
  #counted<T>(rows: readonly T[]): readonly T[] {
    this.rowsRead += rows.length;
    return rows;
  }
}
