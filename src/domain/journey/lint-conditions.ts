import type { ConditionJson, Since } from "../segment/condition.ts";
import { neverHold, type Claim } from "../segment/contradiction.ts";
import { stepTypeOf, type JourneyDefinition } from "./journey.ts";
import type { Report } from "./lint-problem.ts";

/** Conditions that can never come true, and exits that are true for whoever enters. */
export const checkConditions = (journey: JourneyDefinition, report: Report): void => {
  const { audience, exit, goals = [] } = journey;
  const atEntry: readonly Claim[] = [
    ...triggerClaims(journey),
    ...(audience === undefined ? [] : [{ condition: audience, since: "ever" as const }]),
  ];
  const isAudienceImpossible = audience !== undefined && neverHold([{ condition: audience, since: "ever" }]);
  if (isAudienceImpossible) report.playableError(["audience"], "contradicts itself: nobody can ever be in it");
  else if (neverHold(atEntry)) report.playableError(["audience"], "contradicts the trigger: nobody can ever enter");
  if (exit !== undefined) {
    if (neverHold([{ condition: exit, since: "entry" }])) report.warning(["exit"], "contradicts itself: it can never come true");
    else if (!isAudienceImpossible && neverHold([...atEntry, { condition: exit, negated: true, since: "entry" }]))
      report.playableError(["exit"], "is already true of whoever enters, by the trigger and the audience: nobody can ever enter");
  }
  for (const [index, goal] of goals.entries())
    if (neverHold([{ condition: goal.condition, since: "entry" }]))
      report.warning(["goals", index, "condition"], "contradicts itself: it can never come true");
  checkSteps(journey, report);
};

const checkSteps = (journey: JourneyDefinition, report: Report): void => {
  for (const [key, step] of Object.entries(journey.steps)) {
    const type = stepTypeOf(step);
    const above: Claim[] = [];
    for (const { path, condition } of type.conditions?.(step) ?? []) {
      const claim: Claim = { condition: condition as ConditionJson, since: sinceOf(type.since) }; // step schemas let only conditions through
      if (neverHold([claim])) report.warning(["steps", key, ...path], "contradicts itself: it can never come true");
      // Asked at one instant, in order: what is below is taken only where all above it is false.
      else if (step.type === "branch" && neverHold([claim, ...above]))
        report.warning(["steps", key, ...path], "is never reached: whenever it is true, a path above it is taken");
      above.push({ ...claim, negated: true });
    }
  }
};

const sinceOf = (since: Since | undefined): Since => since ?? "ever";

/** What is true of whoever the trigger lets in, at that instant. */
const triggerClaims = ({ trigger }: JourneyDefinition): readonly Claim[] => {
  switch (trigger.type) {
    case "segment":
      return [
        { condition: { type: "segment", segment: trigger.segment } as ConditionJson, negated: trigger.change === "leave", since: "ever" },
      ];
    case "event": {
      const { event, where } = trigger;
      return [{ condition: { type: "event", event, ...(where && { where }) } as ConditionJson, since: "ever" }];
    }
    default:
      return [];
  }
};
