import { stepTypeOf, triggerTypeOf, type JourneyDefinition } from "./journey.ts";
import { stepIn, type KnownDefinitions, type Place, type Report } from "./lint-problem.ts";
import type { StepReference } from "./step.ts";

/** What a journey names and the workspace does not have. */
export const checkReferences = (journey: JourneyDefinition, known: KnownDefinitions, report: Report): void => {
  for (const { kind, path, key } of triggerTypeOf(journey.trigger).references?.(journey.trigger) ?? []) {
    if (kind === "journey") checkJourney(key, ["trigger", ...path], { journey, known, report });
    else if (!(kind === "segment" ? known.segments : known.templates).has(key))
      report.error(["trigger", ...path], `there is no ${kind} "${key}"`);
  }
  const check: Check = { journey, known, report };
  checkCondition(journey.audience, ["audience"], check);
  checkCondition(journey.exit, ["exit"], check);
  for (const [index, goal] of (journey.goals ?? []).entries()) checkCondition(goal.condition, ["goals", index, "condition"], check);
  for (const [key, step] of Object.entries(journey.steps)) {
    const type = stepTypeOf(step);
    for (const { path, condition } of type.conditions?.(step) ?? []) checkCondition(condition, ["steps", key, ...path], check);
    for (const reference of type.references?.(step) ?? []) checkReference(reference, ["steps", key, ...reference.path], check);
  }
};

interface Check {
  readonly journey: JourneyDefinition;
  readonly known: KnownDefinitions;
  readonly report: Report;
}

const checkReference = ({ kind, key, channel }: StepReference, place: Place, check: Check): void => {
  const { known, report, journey } = check;
  switch (kind) {
    case "template":
    case "provider": {
      const all = kind === "template" ? known.templates : known.providers;
      const found = all?.get(key);
      if (all !== undefined && found === undefined) report.error(place, `there is no ${kind} "${key}"`);
      else if (found !== undefined && found.channel !== channel)
        report.error(place, `${kind} "${key}" is for ${found.channel}, the step sends by ${channel}`);
      return;
    }
    case "topic": {
      const topic = known.topics?.get(key);
      // Somebody may opt out of a topic that nobody described, so it works; the preferences page cannot show it.
      if (known.topics !== undefined && topic === undefined) report.warning(place, `there is no topic "${key}"`);
      else if (topic !== undefined && channel !== undefined && !topic.channels.includes(channel))
        report.warning(place, `topic "${key}" is not for ${channel}`);
      return;
    }
    case "segment":
      if (!known.segments.has(key)) report.error(place, `there is no segment "${key}"`);
      return;
    case "manual-segment":
      if (!known.segments.has(key)) report.error(place, `there is no segment "${key}"`);
      else if (known.manualSegments?.has(key) === false)
        report.error(place, `segment "${key}" is not a manual one: its condition says who is in it`);
      return;
    case "window":
      if (known.windows?.has(key) === false) report.error(place, `there is no window "${key}" in the workspace's rules`);
      return;
    case "journey":
      return checkJourney(key, place, check);
    case "step":
      if (stepIn(journey, key) === undefined) report.error(place, `there is no step "${key}"`);
  }
};

/** Journeys may name one another, so one of them is always published first. */
const checkJourney = (key: string, place: Place, { journey, known, report }: Check): void => {
  if (known.journeys?.has(key) === false && key !== journey.key) report.warning(place, `no journey "${key}" is published`);
};

/** What a condition names anywhere inside; conditions are plain JSON, so a walk needs to know no other type. */
const checkCondition = (condition: unknown, place: Place, check: Check): void => {
  if (typeof condition !== "object" || condition === null || !("type" in condition)) return;
  const { journey, known, report } = check;
  if (condition.type === "segment" && "segment" in condition && typeof condition.segment === "string")
    return checkReference({ kind: "segment", path: [], key: condition.segment }, [...place, "segment"], check);
  if (condition.type === "subscription" && "topic" in condition && typeof condition.topic === "string")
    return checkReference({ kind: "topic", path: [], key: condition.topic }, [...place, "topic"], check);
  if (condition.type === "message") {
    if ("template" in condition && typeof condition.template === "string" && !known.templates.has(condition.template))
      report.error([...place, "template"], `there is no template "${condition.template}"`);
    if ("step" in condition && typeof condition.step === "string" && stepIn(journey, condition.step)?.type !== "send")
      report.error([...place, "step"], `there is no step "${condition.step}" that sends`);
    return;
  }
  if ("condition" in condition) checkCondition(condition.condition, [...place, "condition"], check);
  if ("conditions" in condition && Array.isArray(condition.conditions)) {
    for (const [index, nested] of condition.conditions.entries()) checkCondition(nested, [...place, "conditions", index], check);
  }
};
