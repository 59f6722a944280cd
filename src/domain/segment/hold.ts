import type { UserEvent } from "../event/event.ts";
import { compareOrder } from "../event/event.ts";
import type { CompiledFilter } from "../filter/compile-filter.ts";
import { hashText } from "../hash.ts";
import type { ConditionScope, Tally } from "./condition.ts";

/** Since when an attribute filter holds, answered from two tallies: the writes that made it true and those that made it false. */
export interface Hold {
  readonly tallies: readonly Tally[];
  /** Asked only while the filter holds: the instant (ms) since which it has held without a break. Reads at most three rows. */
  readonly heldSince: (scope: ConditionScope) => number;
}

/**
 * An attribute's history is the identify calls that named it, in the total order; each made the filter true or false. It
 * holds since the first true one after the last false one; with no false one, since the first (or, where even absence
 * fulfils it, since the user is known).
 */
export const attributeHold = (filter: CompiledFilter): Hold => {
  const writes = (wanted: boolean): Tally => ({
    id: hashText(`attribute ${wanted} ${filter.clause} ${filter.ignoreCase}`),
    name: "identify:",
    matches: (event) => wrote(event, filter.top) && filter.holds(event.traits?.[filter.top], atTime(event)) === wanted,
    key: null,
  });
  const made = writes(true);
  const broke = writes(false);
  const holdsWhenAbsent = filter.holds(undefined, { now: 0, zone: "UTC" });
  return {
    tallies: [made, broke],
    heldSince: (scope) => heldSince(scope, { top: filter.top, made: made.id, broke: broke.id, holdsWhenAbsent }),
  };
};

/** Filters that depend on time are refused beside `for`, so the moment only fills the place. */
const atTime = (event: UserEvent) => ({ now: event.time, zone: "UTC" });

const wrote = (event: UserEvent, attribute: string): boolean => event.traits !== undefined && Object.hasOwn(event.traits, attribute);

const heldSince = (
  { state, history }: ConditionScope,
  hold: { readonly top: string; readonly made: string; readonly broke: string; readonly holdsWhenAbsent: boolean },
): number => {
  const [broken] = history.matches(hold.broke, null, {}, 1);
  // Attributes set by other means than identify have no write in history: their own date is the best there is.
  const entry = Object.hasOwn(state.profile.attributes, hold.top) ? state.profile.attributes[hold.top] : undefined;
  const written = entry?.order[0] ?? state.profile.createdAt;
  if (broken === undefined) {
    const [first] = history.firstMatches(hold.made, null, {}, 1);
    const since = first?.order[0] ?? written;
    return hold.holdsWhenAbsent ? Math.min(since, state.profile.createdAt) : since;
  }
  const [time] = broken.order;
  const [sameInstant] = history.matches(hold.made, null, { after: time - 1, upTo: time }, 1);
  if (sameInstant !== undefined && compareOrder(sameInstant.order, broken.order) > 0) return time;
  const [restored] = history.firstMatches(hold.made, null, { after: time }, 1);
  return restored?.order[0] ?? written;
};
