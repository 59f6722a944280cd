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
  checkSegments(journey.audience, ["audience"], known, report);
  checkSegments(journey.exit, ["exit"], known, report);
  for (const [index, goal] of (journey.goals ?? []).entries()) checkSegments(goal.condition, ["goals", index, "condition"], known, report);
  for (const [key, step] of Object.entries(journey.steps)) {
    const type = stepTypeOf(step);
    for (const { path, condition } of type.conditions?.(step) ?? []) checkSegments(condition, ["steps", key, ...path], known, report);
    for (const reference of type.references?.(step) ?? [])
      checkReference(reference, ["steps", key, ...reference.path], { journey, known, report });
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

/** Segments a condition names anywhere inside; conditions are plain JSON, so a walk needs to know no other type. */
const checkSegments = (condition: unknown, place: Place, known: KnownDefinitions, report: Report): void => {
  if (typeof condition !== "object" || condition === null) return;
  if ("type" in condition && condition.type === "segment" && "segment" in condition && typeof condition.segment === "string") {
    if (!known.segments.has(condition.segment)) report.error([...place, "segment"], `there is no segment "${condition.segment}"`);
    return;
  }
  if ("condition" in condition) checkSegments(condition.condition, [...place, "condition"], known, report);
  if ("conditions" in condition && Array.isArray(condition.conditions)) {
    for (const [index, nested] of condition.conditions.entries()) checkSegments(nested, [...place, "conditions", index], known, report);
  }
};
