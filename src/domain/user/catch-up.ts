import { adoptTallies } from "../segment/adoption.ts";
import type { Cause, Draft } from "./draft.ts";
import { moveOn } from "./move-on.ts";
import { NEVER_DECIDED } from "./new-user.ts";
import { refresh } from "./refresh.ts";
import { nextDue } from "./timers.ts";

/** Instants caught up with in one decision; an alarm comes back at once for the rest, anything else goes on after ten times as many. */
const MAX_INSTANTS = 1_000;

/** The cause when nothing but time passed. */
export const timeCause = (at: number): Cause => ({ order: [at, 0, 0], event: null, id: `time:${at}`, enters: true });

export interface CatchUp {
  /** Take what is due at exactly now as well; an event that may enter is applied together with it, so that its exits win. */
  readonly inclusive: boolean;
  /** Nothing else is waiting: stop early, and let the alarm come back. */
  readonly mayStop: boolean;
  /** Do joins that a newer catalog causes start journeys? */
  readonly fires?: boolean;
}

/**
 * Brings the user to now: a newer catalog, then every timer and flip at its own instant, oldest first, as if the alarm had
 * been on time. So a simulation and the real object give the same trace.
 */
export const catchUp = (draft: Draft, { inclusive, mayStop, fires = false }: CatchUp): void => {
  const { now, catalog } = draft.context;
  if (draft.state.meta.catalog === NEVER_DECIDED) {
    draft.state.meta = { ...draft.state.meta, catalog: catalog.document.version };
    draft.changes.all = true;
    draft.userChanged = true;
    draft.state.meta = adoptTallies(draft.state, draft.context).meta;
    return;
  }
  draft.state.meta = adoptTallies(draft.state, draft.context).meta;
  let instant = Number.NEGATIVE_INFINITY;
  // An isolate may still hold an older catalog than the user was last brought up to: that is no reason to go back.
  if (catalog.document.version > draft.state.meta.catalog) {
    instant = Math.min(nextDue(draft.state, catalog) ?? now, now);
    draft.at = instant;
    refresh(draft, fires);
  }
  const limit = mayStop ? MAX_INSTANTS : 10 * MAX_INSTANTS;
  for (let taken = 0; taken < limit; taken++) {
    const due = nextDue(draft.state, catalog);
    if (due === undefined || due > now || (due === now && !inclusive)) break;
    instant = Math.max(instant, due); // time never goes back, whatever a condition says
    draft.at = instant;
    moveOn(draft, timeCause(instant));
  }
  draft.at = now;
};
