import type { Catalog } from "../catalog/catalog.ts";
import type { UserEvent } from "../event/event.ts";
import { historyName, orderOf } from "../event/event.ts";
import { type History, matchOf, type TallyMatch } from "../user/history.ts";
import type { UserState } from "../user/state.ts";
import type { Tally } from "./condition.ts";

export interface TallyScope {
  readonly catalog: Catalog;
  readonly history: History;
}

/** Counts an event that was just added to the history; only the tallies that mention its name are asked. */
export const recordMatches = (event: UserEvent, { catalog, history }: TallyScope): void => {
  for (const tally of catalog.talliesByName.find(historyName(event))) record(tally, event, history);
};

const record = (tally: Tally, event: UserEvent, history: History): void => {
  if (!tally.matches(event)) return;
  const key = tally.key === null ? null : tally.key(event);
  if (tally.key === null || key !== null) history.addMatch(tally.id, key, matchOf(event));
};

/** Which tallies of a catalog a user's state was last found to have: spares comparing them with every event. */
const upToDate = new WeakMap<UserState["meta"]["tallies"], Catalog["tallies"]>();

/** How many events are in memory at a time while the past is counted. */
const PAGE = 200;

/**
 * Counts the user's past for tallies that are new to them, once, page by page; before the next event is added.
 *
 * Tallies no definition needs any more are forgotten: events of the meantime will not have been counted, so one that comes
 * back counts its past anew. The state is the same reference when nothing changed.
 */
export const adoptTallies = (state: UserState, { catalog, history }: TallyScope): UserState => {
  const known = state.meta.tallies;
  if (upToDate.get(known) === catalog.tallies) return state;
  let fresh = false;
  for (const tally of catalog.tallies.values())
    if (!Object.hasOwn(known, tally.id)) {
      countPast(tally, history);
      fresh = true;
    }
  const same = !fresh && Object.keys(known).length === catalog.tallies.size;
  const tallies = same ? known : Object.fromEntries([...catalog.tallies.keys()].map((id) => [id, true as const]));
  upToDate.set(tallies, catalog.tallies);
  return same ? state : { ...state, meta: { ...state.meta, tallies } };
};

const countPast = (tally: Tally, history: History): void => {
  let before: TallyMatch | undefined;
  for (;;) {
    const page = history.byName(tally.name, {}, PAGE, before);
    for (const event of page) record(tally, event, history);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    before = { order: orderOf(last), id: last.id };
  }
};
