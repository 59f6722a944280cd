import type { DeliverIntent } from "../../src/api/queue.ts";
import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import type { Message } from "../../src/domain/message/message.ts";
import type { DecideContext, Decision } from "../../src/domain/user/decide.ts";
import type { Fact } from "../../src/domain/user/facts.ts";
import { newUser } from "../../src/domain/user/new-user.ts";
import type { OpenAsk, UserState } from "../../src/domain/user/state.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { Journal } from "../../src/storage/object/journal.ts";
import { NewestMatches } from "../../src/storage/object/newest-matches.ts";
import { SqliteHistory } from "../../src/storage/object/sqlite-history.ts";
import type { SqlPort } from "../../src/storage/object/sql-port.ts";
import { UserStore } from "../../src/storage/object/user-store.ts";

/** Who the object is; from its name. */
export interface Identity {
  readonly workspace: string;
  readonly user: UserKey;
}

/** What a session is given by its object. */
export interface SessionPorts {
  readonly sql: SqlPort;
  /** Runs work so that all it wrote stays or, when it throws, nothing. */
  readonly transaction: <T>(work: () => T) => T;
  /** ms since the epoch */
  readonly clock: () => number;
  /** Bytes of the database; asks nothing of it. */
  readonly size: () => number;
}

/** One transaction: decisions follow one another, each on the state the last one left. */
export class Turn {
  readonly store: UserStore;
  readonly history: SqliteHistory;
  state: UserState;
  nextDue: number | undefined;
  readonly facts: Fact[] = [];
  readonly deliver: DeliverIntent[] = [];
  readonly messages = new Map<string, Message>();
  readonly #asks = new Map<string, OpenAsk>();
  /** A decision asked for another user's history: the alarm fetches it. */
  wantsMerge = false;

  constructor(ports: { readonly sql: SqlPort; readonly newest: NewestMatches }, store: UserStore, state: UserState) {
    this.store = store;
    this.state = state;
    this.history = new SqliteHistory(ports.sql, this.messages, ports.newest);
  }

  /** Questions to be asked outside now, each once; those that a later decision of the turn answered or dropped are not. */
  get asks(): readonly OpenAsk[] {
    return [...this.#asks.values()].filter(({ id }) => Object.hasOwn(this.state.asks, id));
  }

  context(now: number, catalog: Catalog): DecideContext {
    return { now, catalog, history: this.history };
  }

  take(decision: Decision): void {
    this.state = decision.state;
    this.nextDue = decision.nextDue;
    this.facts.push(...decision.facts);
    this.deliver.push(...decision.deliver);
    this.wantsMerge ||= decision.merges.length > 0;
    for (const message of decision.messages) this.messages.set(message.id, message);
    for (const ask of decision.asks) this.#asks.set(ask.id, ask);
  }
}

/**
 * A user's state in memory over its database: loads once, commits each turn as a whole. A turn that throws leaves neither
 * rows nor memory behind: what was cached is read again.
 */
export class UserSession {
  readonly store: UserStore;
  readonly #ports: SessionPorts;
  readonly #identity: Identity;
  #state: UserState | undefined;
  #journal: Journal | undefined;
  #isLaidOut = false;
  /** True while this user takes others in: it is not handed over itself meanwhile (merging.ts). */
  isTakingIn = false;
  #newest = 0;
  #newestMatches = new NewestMatches();

  constructor(ports: SessionPorts, identity: Identity) {
    this.#ports = ports;
    this.#identity = identity;
    this.store = new UserStore(ports.sql);
  }

  /** True when the object was ever written to; a read of it before writes nothing. */
  exists(): boolean {
    this.#isLaidOut ||= this.store.exists();
    return this.#isLaidOut;
  }

  /** The committed state; undefined for a user nobody wrote to. */
  state(): UserState | undefined {
    if (this.#state === undefined && this.exists()) this.#state = this.store.load();
    return this.#state;
  }

  /** The timeline; only for objects that exist. */
  journal(): Journal {
    if (this.#journal === undefined) {
      this.#journal = new Journal(this.#ports.sql);
      this.#newest = Math.max(this.#newest, this.#journal.newestAt);
    }
    return this.#journal;
  }

  /** The instant of a stimulus: the clock, but never before an instant this user has seen. */
  now(atLeast = 0): number {
    this.#newest = Math.max(this.#ports.clock(), this.#newest, atLeast);
    return this.#newest;
  }

  /** One transaction: everything `work` decides is written, or nothing. */
  turn<T>(work: (turn: Turn) => T): { readonly turn: Turn; readonly value: T } {
    try {
      return this.#ports.transaction(() => {
        if (!this.exists()) this.store.layOut();
        const previous = this.state();
        const journal = this.journal();
        const turn = new Turn(
          { sql: this.#ports.sql, newest: this.#newestMatches },
          this.store,
          previous ?? newUser(this.#identity.workspace, this.#identity.user, this.now()),
        );
        const value = work(turn);
        this.store.commit(previous, turn);
        journal.append(withoutOutdated(turn.facts));
        this.#state = turn.state;
        this.#isLaidOut = true;
        return { turn, value };
      });
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Asks what would be: whatever `work` decides or writes is taken back. Only for users that exist. */
  peek<T>(work: (turn: Turn) => T): T {
    const asked: { answer?: { readonly value: T } } = {};
    const undo = new Error("taken back");
    try {
      this.#ports.transaction(() => {
        const state = this.state();
        if (state === undefined) throw new Error("expected a user that exists");
        asked.answer = { value: work(new Turn({ sql: this.#ports.sql, newest: this.#newestMatches }, this.store, state)) };
        throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
    } finally {
      this.forget();
    }
    if (asked.answer === undefined) throw new Error("expected work to have answered");
    return asked.answer.value;
  }

  /** Writes outside of a decision (notes, confirmations), with the same all-or-nothing. */
  write(work: (store: UserStore, journal: Journal) => void): void {
    try {
      this.#ports.transaction(() => work(this.store, this.journal()));
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Bytes of the object's database. */
  size(): number {
    return this.#ports.size();
  }

  /** What is known of the newest matches, forgotten: they were taken out of history. */
  forgetMatches(): void {
    this.#newestMatches = new NewestMatches();
  }

  /** Drops what is cached; the next look reads the database. */
  forget(): void {
    this.#state = undefined;
    this.#journal = undefined;
    this.#isLaidOut = false;
    this.#newestMatches = new NewestMatches();
  }
}

/** Of several directory rows in one transaction only the last says anything. */
const withoutOutdated = (facts: readonly Fact[]): readonly Fact[] => {
  const last = facts.findLastIndex((fact) => fact.kind === "user");
  return last <= 0 ? facts : facts.filter((fact, index) => fact.kind !== "user" || index === last);
};
