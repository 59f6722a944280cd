import type { EventOrder, UserEvent } from "../event/event.ts";
import { hashText } from "../hash.ts";
import type { StepChange } from "../journey/step.ts";
import type { JsonObject } from "../json.ts";
import { changeAttributes } from "./change-attributes.ts";
import { setRun, type Draft } from "./draft.ts";
import type { Because } from "./facts.ts";
import { countEntry, counterOf, withCounter } from "./frequency.ts";
import { withReason } from "./give-reason.ts";
import { timedId } from "./ids.ts";
import { limits } from "./limits.ts";
import { changeManual } from "./manual-segments.ts";
import { refuse } from "./refuse.ts";
import type { Run } from "./state.ts";
import { changeTags } from "./tags.ts";

/**
 * Carries out what a step changes as its run leaves it. True when segments, exits or other journeys may ask about it: then
 * the stimulus goes back to the memberships before the next step.
 */
export const makeChange = (draft: Draft, run: Run, change: StepChange): boolean => {
  switch (change.kind) {
    case "tags":
      return withReason(draft, byStep(run), () => changeTags(draft, change.add, change.remove));
    case "attributes":
      return withReason(draft, byStep(run), () => changeAttributes(draft, change, run.id));
    case "members":
      return changeManual(draft, change.add, change.remove);
    case "event":
      draft.emitted.push(emittedEvent(draft, run, change));
      return true;
    case "enter":
      draft.asked.push({
        journey: change.journey,
        id: visitId(run),
        because: { clause: `step ${run.position.step} of journey ${run.journey}` },
        ...(change.properties && { properties: change.properties }),
      });
      return true;
    case "variables":
      keepVariables(draft, run, change.set);
      return false;
    case "digest":
      update(draft, run, { digest: change.events, digestCount: change.count });
      return false;
    case "withhold":
      update(draft, run, { withheld: true });
      return false;
    case "treat":
      update(draft, run, { treated: true });
      return false;
    case "passed": {
      const counter = counterOf(draft.state.entries, change.name);
      const counted = countEntry(counter, draft.at, undefined);
      draft.state.entries = withCounter(draft.state.entries, change.name, { ...counted, recent: counted.recent.slice(0, change.keep) });
      return false;
    }
  }
};

const byStep = (run: Run): Because => ({ clause: `step ${run.position.step} of journey ${run.journey}` });

const update = (draft: Draft, run: Run, fields: Partial<Run>): void => {
  const now = draft.state.runs[run.id] ?? run;
  setRun(draft, { ...now, ...fields });
};

/** Keeps what fits, in the order given: a run is one row, of which a user has many. */
const keepVariables = (draft: Draft, run: Run, set: JsonObject): void => {
  let variables: JsonObject = run.variables ?? {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(set)) {
    const more = { ...variables, [name]: value };
    if (JSON.stringify(more).length <= limits.variableCharacters) variables = more;
    else refused.push(name);
  }
  refuse(draft, "variables", refused, `a run's variables may hold ${limits.variableCharacters / 1024} KB in all`);
  update(draft, run, { variables });
};

/** One visit of one run to one step, for ever the same text. */
const visitId = (run: Run): string => `${run.id}|${run.position.step}|${run.visits[run.position.step] ?? 0}`;

/** The event a step emits, as if it were sent now: after everything the run knows of, so that its own exits and goals count it. */
const emittedEvent = (draft: Draft, run: Run, { name, properties }: Extract<StepChange, { kind: "event" }>): UserEvent => {
  const user = draft.state.user.slice(2);
  return {
    id: timedId("e", draft.at, hashText(visitId(run))),
    type: "track",
    event: name,
    properties,
    ...(draft.state.user.startsWith("u:") ? { userId: user } : { anonymousId: user }),
    context: { emittedBy: { journey: run.journey, run: run.id, step: run.position.step } },
    time: draft.at,
    receivedAt: draft.at,
    index: Math.max(indexAfter(run.entryOrder, draft.at), indexAfter(run.stepOrder, draft.at)) + draft.emitted.length,
    key: "server",
  };
};

/** The first index in the request that is after an order of the very same instant. */
const indexAfter = (order: EventOrder | undefined, at: number): number => (order?.[0] === at ? order[2] + 1 : 0);
