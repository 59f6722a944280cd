import type { UserEvent } from "../event/event.ts";
import { hashText } from "../hash.ts";
import type { StepChange } from "../journey/step.ts";
import { changeAttributes } from "./change-attributes.ts";
import { setRun, type Draft } from "./draft.ts";
import { countEntry, counterOf, withCounter } from "./frequency.ts";
import { timedId } from "./ids.ts";
import { changeManual } from "./manual-segments.ts";
import type { Run } from "./state.ts";
import { changeTags } from "./tags.ts";

/**
 * Carries out what a step changes as its run leaves it. True when segments, exits or other journeys may ask about it: then
 * the stimulus goes back to the memberships before the next step.
 */
export const makeChange = (draft: Draft, run: Run, change: StepChange): boolean => {
  switch (change.kind) {
    case "tags":
      return changeTags(draft, change.add, change.remove);
    case "attributes":
      return changeAttributes(draft, change, run.id);
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
      update(draft, run, { variables: { ...run.variables, ...change.set } });
      return false;
    case "digest":
      update(draft, run, { digest: change.events });
      return false;
    case "withhold":
      update(draft, run, { withheld: true });
      return false;
    case "passed": {
      const counter = counterOf(draft.state.entries, change.name);
      const counted = countEntry(counter, draft.at, undefined);
      draft.state.entries = withCounter(draft.state.entries, change.name, { ...counted, recent: counted.recent.slice(0, change.keep) });
      return false;
    }
  }
};

const update = (draft: Draft, run: Run, fields: Partial<Run>): void => {
  const now = draft.state.runs[run.id] ?? run;
  setRun(draft, { ...now, ...fields });
};

/** One visit of one run to one step, for ever the same text. */
const visitId = (run: Run): string => `${run.id}|${run.position.step}|${run.visits[run.position.step] ?? 0}`;

const emittedEvent = (draft: Draft, run: Run, { name, properties }: Extract<StepChange, { kind: "event" }>): UserEvent => ({
  id: timedId("e", draft.at, hashText(visitId(run))),
  type: "track",
  event: name,
  properties,
  ...(draft.state.user.startsWith("u:") ? { userId: draft.state.user.slice(2) } : { anonymousId: draft.state.user.slice(2) }),
  context: { emittedBy: { journey: run.journey, run: run.id, step: run.position.step } },
  time: draft.at,
  receivedAt: draft.at,
  index: draft.emitted.length,
  key: "server",
});
