import type { Catalog } from "../catalog/catalog.ts";
import { nextMembershipChange } from "../segment/members.ts";
import { nextEntry } from "./entrances.ts";
import { definitionOf } from "./journeys.ts";
import type { UserState } from "./state.ts";

const flips = new WeakMap<UserState["memberships"], number | null>();

/** Kept per record: most events leave the memberships as they were. */
const nextFlip = (memberships: UserState["memberships"]): number | undefined => {
  const known = flips.get(memberships);
  if (known !== undefined) return known ?? undefined;
  const next = nextMembershipChange(memberships);
  flips.set(memberships, next ?? null);
  return next;
};

/**
 * The earliest instant (ms) at which something is due by itself: waits, flips of memberships, exits and goals, messages,
 * intervals. Undefined = nothing ever. There is no list of timers: they follow from the state.
 */
export const nextDue = (state: UserState, catalog: Catalog): number | undefined => {
  if (state.meta.movedTo !== undefined) return undefined;
  let next = earlier(nextFlip(state.memberships), nextEntry(state, catalog));
  for (const id in state.runs) {
    const run = state.runs[id];
    if (run === undefined || definitionOf(catalog, run) === undefined) continue; // left where it is until its version comes
    if (run.position.at === "wait") next = earlier(next, run.position.due);
    next = earlier(next, run.exitNextChange);
  }
  for (const goal of state.goals)
    if (goal.nextChange !== undefined && definitionOf(catalog, goal) !== undefined) next = earlier(next, goal.nextChange);
  for (const id in state.open) next = earlier(next, state.open[id]?.due);
  return next;
};

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined || a <= b ? a : b;
