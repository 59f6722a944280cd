import type { Catalog } from "../catalog/catalog.ts";
import { nextMembershipChange } from "../segment/members.ts";
import { nextDateDue } from "./dates.ts";
import { nextEntry } from "./entrances.ts";
import type { UserState } from "./state.ts";
import { untoldDue } from "./tell-followed.ts";
import { firstDue, watchGoals, watchRuns } from "./watches.ts";

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
 * The earliest instant (ms) at which something is due by itself: waits, flips of memberships, exits and goals, messages
 * and what is to be told of their links, intervals, dates. Undefined = nothing ever. There is no list of timers: they follow from the state, each part of which is
 * looked through when it has changed.
 */
export const nextDue = (state: UserState, catalog: Catalog): number | undefined => {
  if (state.meta.movedTo !== undefined) return undefined;
  let next = earlier(nextFlip(state.memberships), earlier(nextEntry(state, catalog), nextDateDue(state, catalog)));
  next = earlier(next, watchRuns(state.runs, catalog).next);
  next = earlier(next, watchGoals(state.goals, catalog).next);
  next = earlier(next, untoldDue(state.meta));
  return earlier(next, earlier(firstDue(state.open), firstDue(state.asks)));
};

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined || a <= b ? a : b;
