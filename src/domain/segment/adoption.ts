import type { Catalog } from "../catalog/catalog.ts";
import { type History, matchOf, type TallyMatch } from "../user/history.ts";
import type { UserState } from "../user/state.ts";
import type { Tally } from "./condition.ts";
import { isStatusName, statusEvents, statusName } from "./message-statuses.ts";
import { fileMatch, type TallyScope } from "./tallies.ts";

/** How far the counting of a user's past has come, for tallies that are new to it: one name after the other, newest first. */
export interface Adopting {
  readonly name: string;
  /** Tallies of that name being counted; where it is another set now, the name is begun anew. */
  readonly tallies: readonly string[];
  /** Counted down to here: a place among events or, of statuses, a message's id. */
  readonly before?: TallyMatch | string;
}

/** Which tallies of a catalog a user's state was last found to have: spares comparing them with every event. */
const upToDate = new WeakMap<UserState["meta"]["tallies"], Catalog["tallies"]>();

/** How many events are in memory at a time while the past is counted. */
const PAGE = 200;
/** Messages: each may carry its rendered content. */
const MESSAGE_PAGE = 50;

/** Has the user's past been counted for every tally of the catalog? */
export const isAdopted = ({ meta }: UserState, catalog: Pick<Catalog, "tallies">): boolean => {
  if (meta.adopting !== undefined) return false;
  if (upToDate.get(meta.tallies) === catalog.tallies) return true;
  for (const id of catalog.tallies.keys()) if (!Object.hasOwn(meta.tallies, id)) return false;
  return true;
};

/**
 * Counts the user's past for tallies that are new to it, once; before the next event is added.
 *
 * Tallies no definition needs any more are forgotten: events of the meantime will not have been counted, so one that comes
 * back counts its past anew. The state is the same reference when nothing changed.
 */
export const adoptTallies = (state: UserState, scope: TallyScope): UserState => adoptSlice(state, scope, Number.POSITIVE_INFINITY);

/**
 * The same, but of at most `budget` events (a page more or less); the next slice goes on where this one stopped. Until
 * `isAdopted` says so nothing may be asked that counts, and no event be added: one that is starts the counting over.
 */
export const adoptSlice = (state: UserState, { catalog, history }: TallyScope, budget: number): UserState => {
  const { tallies: known, adopting, ...rest } = state.meta;
  if (adopting === undefined && upToDate.get(known) === catalog.tallies) return state;
  const counted = new Set([...catalog.tallies.keys()].filter((id) => Object.hasOwn(known, id)));
  const fresh = [...catalog.tallies.values()].filter(({ id }) => !counted.has(id));
  let left = budget;
  let unfinished: Adopting | undefined;
  for (const [name, tallies] of [...Map.groupBy(fresh, (tally) => tally.name)].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (left <= 0) break;
    const ids = tallies.map(({ id }) => id).toSorted();
    const goesOn = adopting?.name === name && adopting.tallies.join() === ids.join();
    const count = { tallies, history, before: goesOn ? adopting.before : undefined, budget: left };
    const { before, looked } = isStatusName(name) ? countStatuses(name, count) : countEvents(name, count);
    left -= looked;
    if (before === undefined) for (const id of ids) counted.add(id);
    else unfinished = { name, tallies: ids, before };
  }
  const isSame = adopting === undefined && fresh.length === 0 && Object.keys(known).length === counted.size;
  const tallies = isSame ? known : Object.fromEntries([...counted].map((id) => [id, true as const]));
  if (counted.size === catalog.tallies.size) upToDate.set(tallies, catalog.tallies);
  return isSame ? state : { ...state, meta: { ...rest, tallies, ...(unfinished !== undefined && { adopting: unfinished }) } };
};

interface Counting {
  readonly tallies: readonly Tally[];
  readonly history: History;
  readonly before: TallyMatch | string | undefined;
  readonly budget: number;
}

/** Where counting stopped; `before` undefined = it is through. */
interface Counted {
  readonly before: TallyMatch | string | undefined;
  readonly looked: number;
}

const countEvents = (name: string, { tallies, history, before, budget }: Counting): Counted => {
  let place = typeof before === "string" ? undefined : before;
  for (let looked = 0; ;) {
    const page = history.byName(name, {}, PAGE, place);
    for (const event of page) for (const tally of tallies) fileMatch(tally, event, { history, past: true });
    const last = page.at(-1);
    looked += page.length;
    if (last === undefined || page.length < PAGE) return { before: undefined, looked };
    place = matchOf(last);
    if (looked >= budget) return { before: place, looked };
  }
};

const countStatuses = (name: string, { tallies, history, before, budget }: Counting): Counted => {
  let id = typeof before === "string" ? before : undefined;
  for (let looked = 0; ;) {
    const page = history.messages(id, MESSAGE_PAGE);
    for (const message of page)
      for (const event of statusEvents(undefined, message))
        if (statusName(event) === name) for (const tally of tallies) fileMatch(tally, event, { history, past: true });
    id = page.at(-1)?.id;
    looked += page.length;
    if (id === undefined || page.length < MESSAGE_PAGE) return { before: undefined, looked };
    if (looked >= budget) return { before: id, looked };
  }
};
