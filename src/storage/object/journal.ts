import type { Fact, NumberedFacts } from "../../domain/user/facts.ts";
import type { UserKey } from "../../domain/user/user-key.ts";
import { type SqlPort, type SqlRow, numberOf, textOf } from "./sql-port.ts";

/** Facts in one answer: bounds the answer's size; the rest goes with the next. */
const factsPerAnswer = 500;
/** Facts in one row: keeps a row far below SQLite's 2 MB even where facts carry attributes. */
const factsPerRow = 100;

interface JournalRow {
  /** How far facts were confirmed when the row was written: saves a write per confirmation. */
  readonly confirmed: number;
  readonly facts: readonly Fact[];
}

const rowOf = (row: SqlRow): JournalRow & { readonly last: number } => ({
  ...(JSON.parse(textOf(row, "body")) as JournalRow),
  last: numberOf(row, "key"),
}); // written by append only

const isProfile = (fact: Fact): boolean => fact.kind === "user" && Object.keys(fact.attributes).length > 0;

/**
 * The user's timeline: every fact, numbered from 1 without gaps, one row per transaction under the number of its last
 * fact. Also knows which facts nobody has confirmed yet (projected to D1): those go with every answer.
 */
export class Journal {
  readonly #sql: SqlPort;
  #last = 0;
  /** When the newest stored fact was, ms: an object's clock never goes back behind it. */
  readonly newestAt: number;
  #confirmed = 0;
  /** How far the storage knows of confirmations: after an eviction what lies beyond is told again, which changes nothing. */
  #storedConfirmed = 0;
  /** The facts after #confirmed, kept at hand because every answer carries them; undefined = to be read when asked. */
  #unconfirmed: Fact[] | undefined = [];

  /** Reads one row, and the note of the last confirmation. */
  constructor(sql: SqlPort) {
    this.#sql = sql;
    const newest = sql.run("SELECT key, body FROM kept WHERE kind = 'journal' ORDER BY key DESC LIMIT 1")[0];
    this.newestAt = 0;
    if (newest === undefined) return;
    const row = rowOf(newest);
    this.newestAt = row.facts.at(-1)?.at ?? 0;
    const note = sql.run("SELECT body FROM kept WHERE kind = 'part' AND key = 'confirmed'")[0];
    this.#last = row.last;
    this.#storedConfirmed = Math.max(row.confirmed, note === undefined ? 0 : Number(note["body"]));
    this.#confirmed = this.#storedConfirmed;
    if (this.hasUnconfirmed) this.#unconfirmed = undefined;
  }

  /** Number of the newest fact; 0 = none yet. */
  get last(): number {
    return this.#last;
  }

  get hasUnconfirmed(): boolean {
    return this.#confirmed < this.#last;
  }

  /** More facts are unconfirmed than one answer takes along: whoever is answered vouches only for those. */
  get hasBacklog(): boolean {
    return this.#last - this.#confirmed > factsPerAnswer;
  }

  append(facts: readonly Fact[]): void {
    for (let from = 0; from < facts.length; from += factsPerRow) {
      const part = facts.slice(from, from + factsPerRow);
      this.#last += part.length;
      const row: JournalRow = { confirmed: this.#confirmed, facts: part };
      this.#sql.run("INSERT INTO kept (kind, key, body) VALUES ('journal', ?, ?)", this.#last, JSON.stringify(row));
      this.#storedConfirmed = this.#confirmed;
    }
    if (this.#unconfirmed !== undefined && this.#unconfirmed.length < 2 * factsPerAnswer) this.#unconfirmed.push(...facts);
    else this.#unconfirmed = undefined;
  }

  /** Facts up to `number` are projected. Kept in memory until the next row is written, or `storeConfirmed`. */
  confirm(number: number): void {
    const confirmed = Math.max(this.#confirmed, Math.min(number, this.#last));
    this.#unconfirmed = confirmed === this.#last ? [] : this.#unconfirmed?.slice(confirmed - this.#confirmed);
    this.#confirmed = confirmed;
  }

  /** Writes the confirmation down if the storage does not know it: for calls that write nothing else. */
  storeConfirmed(): void {
    if (this.#storedConfirmed === this.#confirmed) return;
    this.#sql.run("INSERT OR REPLACE INTO kept (kind, key, body) VALUES ('part', 'confirmed', ?)", String(this.#confirmed));
    this.#storedConfirmed = this.#confirmed;
  }

  /** The oldest unconfirmed facts, at most 500; undefined when there are none. */
  unconfirmed(workspace: string, user: UserKey): NumberedFacts | undefined {
    if (!this.hasUnconfirmed) return undefined;
    const facts = this.#unconfirmed?.slice(0, factsPerAnswer) ?? this.#after(this.#confirmed, factsPerAnswer);
    return { workspace, user, first: this.#confirmed + 1, facts };
  }

  #after(number: number, limit: number): readonly Fact[] {
    const rows = this.#sql.run("SELECT key, body FROM kept WHERE kind = 'journal' AND key > ? ORDER BY key LIMIT ?", number, limit);
    const found: Fact[] = [];
    for (const row of rows.map(rowOf)) {
      const first = row.last - row.facts.length + 1;
      found.push(...row.facts.slice(Math.max(0, number + 1 - first)));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /**
   * Forgets what attributes were before the instant given (ms): each directory row of the past told all of them. The newest
   * one stays, so that projections can be built again. Only in rows that everybody has confirmed, at most `limit` rows after
   * the one numbered `after`; answers the number to go on after, undefined when there are no more.
   */
  forgetProfiles(before: number, after: number, limit: number): number | undefined {
    const rows = this.#sql.run(
      "SELECT key, body FROM kept WHERE kind = 'journal' AND key > ? AND key < ? ORDER BY key LIMIT ?",
      after,
      Math.min(this.#confirmed + 1, this.#last),
      limit,
    );
    for (const row of rows) {
      const { last, confirmed, facts } = rowOf(row);
      if ((facts[0]?.at ?? before) >= before) return undefined;
      if (!facts.some(isProfile) || !this.#isToldAgain(last)) continue;
      const bare = facts.map((fact) => (isProfile(fact) ? { ...fact, attributes: {} } : fact));
      this.#sql.run("UPDATE kept SET body = ? WHERE kind = 'journal' AND key = ?", JSON.stringify({ confirmed, facts: bare }), last);
    }
    const last = rows.at(-1);
    return last === undefined || rows.length < limit ? undefined : numberOf(last, "key");
  }

  /** Does a later row tell of the whole profile? */
  #isToldAgain(after: number): boolean {
    const later = `SELECT 1 AS found FROM kept WHERE kind = 'journal' AND key > ? AND body LIKE '%"kind":"user"%' LIMIT 1`;
    return this.#sql.run(later, after).length > 0;
  }

  /** Newest first facts with numbers below `before`, at most `limit`. */
  newest(before: number, limit: number): readonly { readonly number: number; readonly fact: Fact }[] {
    const found: { readonly number: number; readonly fact: Fact }[] = [];
    let rest = Math.min(before, this.#last + 1);
    while (found.length < limit && rest > 1) {
      // The row that holds number rest - 1 is the first whose last number is at least that.
      const row = this.#sql.run("SELECT key, body FROM kept WHERE kind = 'journal' AND key >= ? ORDER BY key LIMIT 1", rest - 1)[0];
      if (row === undefined) break;
      const { facts, last } = rowOf(row);
      const first = last - facts.length + 1;
      for (let number = rest - 1; number >= first && found.length < limit; number--) {
        const fact = facts[number - first];
        if (fact !== undefined) found.push({ number, fact });
      }
      rest = first;
    }
    return found;
  }
}
