import { stepTypeOf } from "../journey/journey.ts";
import { stepOf } from "./advance.ts";
import { setRun, type Draft } from "./draft.ts";
import { definitionOf, statusOf } from "./journeys.ts";
import { endRun, placeOf } from "./runs.ts";
import type { Message } from "../message/message.ts";
import { finish } from "./settle.ts";
import type { Run } from "./state.ts";

/**
 * A run's stay was over at `due`: in a paused journey the run is held before its next step and remembers that it is late; in
 * one that was paused then, what `resume` said of late ones happens.
 */
export const noteLate = (draft: Draft, id: string, due: number): void => {
  const run = draft.state.runs[id];
  if (run?.position.at !== "step") return;
  if (statusOf(draft.context.catalog, run.journey) === "paused") return setRun(draft, { ...run, position: { ...run.position, late: due } });
  treatLate(draft, run, due);
};

/** After a resume: runs that were held before a step because their stay was over during the pause. */
export const releaseLate = (draft: Draft): void => {
  for (const run of Object.values(draft.state.runs)) {
    if (run.position.at !== "step" || run.position.late === undefined) continue;
    if (statusOf(draft.context.catalog, run.journey) !== "live") continue;
    const { late, ...position } = run.position;
    const released = { ...run, position };
    setRun(draft, released);
    treatLate(draft, released, late);
  }
};

/** After a resume: a message that the pause held back. True when it was dropped. */
export const dropLate = (draft: Draft, message: Message): boolean => {
  const late = message.run && draft.context.catalog.journeys.get(message.run.journey)?.resumed?.late;
  const run = message.run && draft.state.runs[message.run.id];
  if (late === "exit" && run !== undefined) endRun(draft, run, "late");
  else if (late === "skip") finish(draft, message, "skipped", "late");
  else return false;
  return true;
};

const treatLate = (draft: Draft, run: Run, due: number): void => {
  const resumed = draft.context.catalog.journeys.get(run.journey)?.resumed;
  if (resumed === undefined || due < resumed.pausedAt || due >= resumed.resumedAt) return;
  if (resumed.late === "exit") endRun(draft, run, "late");
  else if (resumed.late === "skip") skipSend(draft, run);
};

/** A late run leaves out the message it has come to; any other step it takes. */
const skipSend = (draft: Draft, run: Run): void => {
  const journey = definitionOf(draft.context.catalog, run);
  const key = run.position.step;
  const step = journey && stepOf(journey, key);
  if (step?.type !== "send") return;
  draft.facts.push({ kind: "step-entered", at: draft.at, ...placeOf(run), step: key });
  draft.facts.push({ kind: "step-left", at: draft.at, ...placeOf(run), step: key, path: "late" });
  const next = stepTypeOf(step)
    .edges(step)
    .find(({ path }) => path[0] === "next")?.to;
  if (next === undefined) endRun(draft, run, "completed");
  else setRun(draft, { ...run, position: { at: "step", step: next } });
};
