import type { Run, UserState } from "../../domain/user/state.ts";
import { type SqlPort, type SqlRow, textOf } from "./sql-port.ts";

/** The parts of a state that move with its runs. */
type Moving = Pick<UserState, "runs" | "entries" | "open">;

/** What is loaded of them: of open messages only which there are, as each has a row of its own. */
interface Stored {
  readonly runs: readonly Run[];
  readonly entries: UserState["entries"];
  readonly open: readonly string[];
}

/** Beyond any of these, runs, entries and the list of open messages have rows of their own, so that a change of one does not write all. */
const most = { characters: 8_000, runs: 8, open: 20 };
/** Those that have their own share one again below this part of it: who goes to and fro at the limit does not write all each time. */
const backAt = 0.5;

/**
 * Runs, entries and the list of open messages: most often few and small, and changed together, so one row holds them all;
 * each row written is paid for. Where they are many or large each has its own.
 */
export class LiveRow {
  readonly #sql: SqlPort;
  /** How they are stored now; undefined = not at all yet. */
  #form: "one" | "many" | undefined;
  /** Texts of parts by reference, as state is never changed in place; null = too long for the one row. */
  readonly #texts = new WeakMap<object, string | null>();

  constructor(sql: SqlPort) {
    this.#sql = sql;
  }

  /** @param rows all of kind `part` and `run`, by "kind key" */
  load(rows: ReadonlyMap<string, SqlRow>): Stored {
    const read = (name: string): unknown => {
      const row = rows.get(name);
      return row === undefined ? undefined : JSON.parse(textOf(row, "body"));
    };
    const runs = [...rows].filter(([name]) => name.startsWith("run ")).map(([name]) => read(name) as Run);
    const one = read("part live") as Stored | undefined;
    this.#form = one === undefined ? "many" : "one";
    // Written by commit below and by nobody else.
    return (
      one ?? { runs, entries: (read("part entries") ?? {}) as UserState["entries"], open: (read("part open") ?? []) as readonly string[] }
    );
  }

  /** Writes what differs from before (undefined: a new user), by reference. */
  commit(before: Moving | undefined, after: Moving): void {
    if (before === undefined) this.#form = undefined;
    const isSame = before?.runs === after.runs && before.entries === after.entries && sameKeys(before.open, after.open);
    if (isSame || (before === undefined && isNothing(after))) return;
    const text = this.#asOne(after);
    if (text === undefined) return this.#putMany(this.#form === "one" ? undefined : before, after);
    if (this.#form === "many") this.#drop("kind = 'run' OR (kind = 'part' AND key IN ('entries', 'open'))");
    this.#put("part", "live", text);
    this.#form = "one";
  }

  #putMany(before: Moving | undefined, after: Moving): void {
    if (this.#form === "one") this.#drop("kind = 'part' AND key = 'live'");
    this.#form = "many";
    const runs = before?.runs ?? {};
    for (const [id, run] of Object.entries(after.runs)) if (runs[id] !== run) this.#put("run", id, JSON.stringify(run));
    for (const id of Object.keys(runs)) if (!(id in after.runs)) this.#sql.run("DELETE FROM kept WHERE kind = 'run' AND key = ?", id);
    if (before?.entries !== after.entries) this.#put("part", "entries", JSON.stringify(after.entries));
    if (before === undefined || !sameKeys(before.open, after.open)) this.#put("part", "open", JSON.stringify(Object.keys(after.open)));
  }

  /** All of it as one text; undefined where that would be too long. */
  #asOne({ runs, entries, open }: Moving): string | undefined {
    const [all, messages] = [Object.values(runs), Object.keys(open)];
    const share = this.#form === "many" ? backAt : 1;
    if (all.length > most.runs * share || messages.length > most.open * share) return undefined;
    const texts = [entries, ...all].map((part) => this.#textOf(part));
    if (texts.some((text) => text === null)) return undefined;
    const [entriesText, ...runTexts] = texts;
    const text = `{"runs":[${runTexts.join()}],"entries":${entriesText},"open":${JSON.stringify(messages)}}`;
    return text.length > most.characters * share ? undefined : text;
  }

  #textOf(part: object): string | null {
    const known = this.#texts.get(part);
    if (known !== undefined) return known;
    const text = JSON.stringify(part);
    const kept = text.length > most.characters ? null : text;
    this.#texts.set(part, kept);
    return kept;
  }

  #put(kind: string, key: string, body: string): void {
    this.#sql.run("INSERT OR REPLACE INTO kept (kind, key, body) VALUES (?, ?, ?)", kind, key, body);
  }

  #drop(where: string): void {
    this.#sql.run(`DELETE FROM kept WHERE ${where}`);
  }
}

/** Only which messages are open is kept here. */
const sameKeys = (before: UserState["open"], after: UserState["open"]): boolean =>
  before === after || Object.keys(before).join() === Object.keys(after).join();

const isNothing = ({ runs, entries, open }: Moving): boolean => [runs, entries, open].every((part) => Object.keys(part).length === 0);
