import type { ObjectRequest } from "../../src/api/queue.ts";
import type { Catalog } from "../../src/domain/catalog/catalog.ts";
import { adoptSlice, isAdopted } from "../../src/domain/segment/adoption.ts";
import { neededVersions } from "../../src/domain/user/new-user.ts";
import { catalogFor, withPinned } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import type { AlarmClock } from "./alarm-clock.ts";
import type { Identity, UserSession } from "./session.ts";
import { isWaiting } from "./wake.ts";

/**
 * Of a past that is counted for new conditions: events in one transaction, and transactions in one call, about a second's
 * work. Whoever calls meanwhile is told to try again, and the alarm goes on.
 */
const adoptedPerTurn = 1_000;
const turnsPerCall = 40;

/** The past is still being counted; the object goes on by itself. */
export class StillAdopting extends Error {}

type Wanted = Pick<ObjectRequest, "catalog">;

interface Fetched {
  readonly version: number;
  /** Versions of journeys that were asked for beside the current ones. */
  readonly needed: string;
  readonly catalog: Catalog;
}

/** The catalog an object decides with: never older than its user has seen, and the user's past counted for all it asks. */
export class ObjectCatalog {
  readonly #env: Env;
  readonly #identity: Identity;
  readonly #session: UserSession;
  readonly #clock: AlarmClock;
  #fetched: Fetched | undefined;

  constructor(env: Env, of: { readonly identity: Identity; readonly session: UserSession; readonly clock: AlarmClock }) {
    this.#env = env;
    this.#identity = of.identity;
    this.#session = of.session;
    this.#clock = of.clock;
  }

  /** The catalog, where this object used it last: no await, so nothing comes between. */
  atHand(request: Wanted): Catalog | undefined {
    const state = this.#session.state();
    const version = Math.max(request.catalog, state?.meta.catalog ?? 0);
    const needed = state === undefined ? "" : neededVersions(state).join();
    return this.#fetched?.version === version && this.#fetched.needed === needed ? this.#fetched.catalog : undefined;
  }

  /**
   * Never an older catalog than this user has seen, with the versions its runs are pinned to when the turn begins.
   * @throws StillAdopting when there is more of the past to count than one call does
   */
  async load(request: Wanted): Promise<Catalog> {
    for (;;) {
      const fetched = await this.#fetch(request);
      await this.#adopt(fetched.catalog);
      this.#fetched = fetched;
      // Other calls ran meanwhile: what is needed may have changed.
      if (this.atHand(request) !== undefined) return fetched.catalog;
    }
  }

  /** For a look: nothing may be decided with it, as the past may not have been counted for it. */
  async look(request: Wanted): Promise<Catalog> {
    return (await this.#fetch(request)).catalog;
  }

  async #fetch(request: Wanted): Promise<Fetched> {
    if (!this.#clock.isRead) await this.#clock.mend(() => isWaiting(this.#session));
    const state = this.#session.state();
    const version = Math.max(request.catalog, state?.meta.catalog ?? 0);
    const needed = state === undefined ? [] : neededVersions(state);
    const live = await catalogFor(this.#env, this.#identity.workspace, version);
    return { version, needed: needed.join(), catalog: await withPinned(this.#env, live, needed) };
  }

  /**
   * Counts the past for conditions that are new to this user, in transactions of bounded size; a call that comes after an
   * eviction goes on where it was. Decisions wait for it, so that none is made by halves.
   */
  async #adopt(catalog: Catalog): Promise<void> {
    for (let turns = 0; ; turns++) {
      const state = this.#session.state();
      if (state === undefined || state.meta.movedTo !== undefined || isAdopted(state, catalog)) return;
      if (turns >= turnsPerCall) {
        this.#clock.arm(this.#session.now());
        throw new StillAdopting("the past is being counted for new definitions: try again in a moment");
      }
      // Others may be answered in between: what they add starts the counting over.
      if (turns > 0) await scheduler.wait(0);
      this.#session.turn((turn) => {
        turn.state = adoptSlice(turn.state, { catalog, history: turn.history }, adoptedPerTurn);
      });
    }
  }
}
