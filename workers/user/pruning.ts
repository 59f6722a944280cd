import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import { keepingOf } from "../../src/domain/user/keeping.ts";
import { type PruneCursor, pruneHistory } from "../../src/storage/object/prune-history.ts";
import type { SqlPort } from "../../src/storage/object/sql-port.ts";
import type { UserSession } from "./session.ts";

/** Objects below this size (bytes) are left alone: taking a row out costs as much as storing it for a year. */
export const smallBytes = 1_048_576;
/** A pass begins this long after the last one began, ms. */
export const prunePauseMs = 86_400_000;
/** Rows and lists looked at in one transaction, and the pause to the next, ms: what else reaches the object comes between. */
const rowsPerTurn = 500;
const betweenTurnsMs = 1_000;
/** Whoever applies events asks this seldom, ms. */
const lookEveryMs = 3_600_000;

/** What the object keeps about its pruning: when the pass began, and where it stands; neither cursor = it is over. */
interface Pass {
  readonly at: number;
  readonly history?: PruneCursor | null;
  /** Number of the last journal row looked at. */
  readonly journal?: number;
}

/** An object's pruning of its history, a page at a time and at most one pass a day, by its alarm. */
export class Pruning {
  readonly #sql: SqlPort;
  readonly #session: UserSession;
  #nextLook = 0;
  /** A pass is known to be under way: it is ended, though the object may have become small by it. */
  #goesOn = false;

  constructor(sql: SqlPort, session: UserSession) {
    this.#sql = sql;
    this.#session = session;
  }

  /** When the alarm should prune, ms; undefined = not now. Looks at most once an hour, and reads at most one row. */
  due(): number | undefined {
    const now = this.#session.now();
    if (now < this.#nextLook) return undefined;
    this.#nextLook = now + lookEveryMs;
    return this.#isDue(now) ? now + betweenTurnsMs : undefined;
  }

  /** Prunes one page if it is time; answers when to go on, ms. Call it when nothing else is due. */
  turn(catalog: Catalog): number | undefined {
    const now = this.#session.now();
    const state = this.#session.state();
    if (state === undefined || !this.#isDue(now)) return undefined;
    const keeping = keepingOf(state, catalog, now);
    if (keeping === undefined) return undefined;
    const { value: goesOn } = this.#session.turn((turn) => {
      const before = passOf(turn.store.note("pruning"));
      const pass: Pass = before !== undefined && isUnderWay(before) ? before : { at: now, history: null };
      let next = pass;
      if (next.history !== undefined) {
        const page = pruneHistory(this.#sql, keeping, { cursor: next.history ?? undefined, budget: rowsPerTurn });
        next = page.next === undefined ? { at: pass.at, journal: 0 } : { at: pass.at, history: page.next };
        const { meta } = turn.state;
        if (page.lowWater !== undefined && page.lowWater > (meta.lowWater ?? Number.NEGATIVE_INFINITY))
          turn.state = { ...turn.state, meta: { ...meta, lowWater: page.lowWater } };
      }
      // The history was through: the journal in the same turn, so that most passes are one turn.
      if (next.history === undefined) {
        const journal = this.#session.journal().forgetProfiles(keeping.arrival, next.journal ?? 0, rowsPerTurn);
        next = { at: pass.at, ...(journal !== undefined && { journal }) };
      }
      turn.store.setNote("pruning", next);
      return isUnderWay(next);
    });
    this.#goesOn = goesOn;
    this.#session.forgetMatches();
    return goesOn ? now + betweenTurnsMs : undefined;
  }

  #isDue(now: number): boolean {
    const state = this.#session.state();
    if (state === undefined || state.meta.movedTo !== undefined) return false;
    if (this.#goesOn) return true;
    if (this.#session.size() < smallBytes) return false;
    const pass = passOf(this.#session.store.note("pruning"));
    return isUnderWay(pass) || now >= (pass?.at ?? 0) + prunePauseMs;
  }
}

const passOf = (note: unknown): Pass | undefined => note as Pass | undefined; // written above only

const isUnderWay = (pass: Pass | undefined): boolean => pass !== undefined && (pass.history !== undefined || pass.journal !== undefined);
