import type { Cause, Draft } from "./draft.ts";
import { statusOf } from "./journeys.ts";
import { dropLate, releaseLate } from "./late.ts";
import { moveOn } from "./move-on.ts";
import { moveRuns } from "./move-runs.ts";
import type { Message } from "../message/message.ts";
import { QUOTA } from "../sending/quota.ts";
import { chooseProvider } from "./failover.ts";
import { queueMessage } from "./messages.ts";
import { MISCONFIGURED, PROVIDER_PAUSED } from "./settle.ts";
import { endRun } from "./runs.ts";
import { withCounter } from "./frequency.ts";

/**
 * Brings the user up to a newer catalog, at the draft's instant: runs of stopped and deleted journeys end, others move to the
 * version published for them, every segment is asked again, what a pause held back does as `resume` said. Joins that a changed definition causes are silent unless `fires`.
 */
export const refresh = (draft: Draft, fires: boolean): void => {
  const { catalog } = draft.context;
  for (const run of Object.values(draft.state.runs)) if (statusOf(catalog, run.journey) === "stopped") endRun(draft, run, "stopped");
  if (draft.state.goals.some((goal) => !catalog.journeys.has(goal.journey))) {
    draft.state.goals = draft.state.goals.filter((goal) => catalog.journeys.has(goal.journey));
  }
  moveRuns(draft);
  releaseLate(draft);
  releaseHeld(draft);
  releaseIntervals(draft);
  draft.changes.all = true;
  draft.state.meta = { ...draft.state.meta, catalog: catalog.document.version };
  const cause: Cause = { order: [draft.at, 0, 0], event: null, id: `catalog:${catalog.document.version}`, enters: fires };
  moveOn(draft, cause);
};

const releaseHeld = (draft: Draft): void => {
  for (const message of Object.values(draft.state.open)) {
    // What it waits for are its copies.
    if (message.lost !== undefined) continue;
    if (waitsForOperator(message) && chooseProvider(draft, message).kind === "provider") {
      queueMessage(draft, message);
      continue;
    }
    // A quota may be another now.
    if (message.status === "held" && message.reason?.startsWith(QUOTA) === true) {
      queueMessage(draft, message);
      continue;
    }
    const isPaused = message.status === "held" && message.due === undefined;
    if (isPaused && (message.run === undefined || statusOf(draft.context.catalog, message.run.journey) === "live")) {
      if (!dropLate(draft, message)) queueMessage(draft, message);
    }
  }
};

const waitsForOperator = ({ status, reason }: Message): boolean =>
  status === "held" && (reason === PROVIDER_PAUSED || reason?.startsWith(MISCONFIGURED) === true);

/** Intervals that came round during a pause are due now, not back then. */
const releaseIntervals = (draft: Draft): void => {
  for (const [name, counter] of Object.entries(draft.state.entries)) {
    if (counter.reenterAt !== undefined && counter.reenterAt < draft.at)
      draft.state.entries = withCounter(draft.state.entries, name, { ...counter, reenterAt: draft.at });
  }
};
