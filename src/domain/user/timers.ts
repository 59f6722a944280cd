import type { Catalog } from "../catalog/catalog.ts";
import { nextMembershipChange } from "../segment/members.ts";
import { nextDateDue } from "./dates.ts";
import { nextEntry } from "./entrances.ts";
import { definitionOf, statusOf } from "./journeys.ts";
import type { Run, UserState } from "./state.ts";

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
 * intervals, dates. Undefined = nothing ever. There is no list of timers: they follow from the state.
 */
export const nextDue = (state: UserState, catalog: Catalog): number | undefined => {
  if (state.meta.movedTo !== undefined) return undefined;
  let next = earlier(nextFlip(state.memberships), earlier(nextEntry(state, catalog), nextDateDue(state, catalog)));
  for (const id in state.runs) {
    const run = state.runs[id];
    if (run === undefined || definitionOf(catalog, run) === undefined) continue; // left where it is until its version comes
    next = earlier(next, dueOf(run, catalog));
    next = earlier(next, run.exitNextChange);
  }
  for (const goal of state.goals)
    if (goal.nextChange !== undefined && definitionOf(catalog, goal) !== undefined) next = earlier(next, goal.nextChange);
  for (const id in state.open) next = earlier(next, state.open[id]?.due);
  for (const id in state.asks) next = earlier(next, state.asks[id]?.due);
  return next;
};

/** When a run's stay on its step is over or to be asked about again; a paused journey asks no conditions. */
const dueOf = ({ position, journey }: Run, catalog: Catalog): number | undefined => {
  const due = "due" in position ? position.due : undefined;
  if (position.at !== "until" || statusOf(catalog, journey) !== "live") return due;
  return earlier(due, position.nextChange);
};

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined || a <= b ? a : b;
