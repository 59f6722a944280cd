import type { JourneyDefinition } from "./journey.ts";
import type { KnownDefinitions, Report } from "./lint-problem.ts";

/** Messages that people must be able to refuse, and experiments that nothing decides. */
export const checkSending = (journey: JourneyDefinition, known: KnownDefinitions, report: Report): void => {
  for (const [key, step] of Object.entries(journey.steps)) {
    if (step.type !== "send") continue;
    if (step.winner?.metric === "goal" && (journey.goals ?? []).length === 0)
      report.error(["steps", key, "winner", "metric"], "the journey has no goal by which a winner could be found");
    // Calls of other systems are not mail to people.
    if (step.transactional === true || step.channel === "webhook") continue;
    if (step.topic === undefined)
      report.warning(
        ["steps", key],
        "says no `topic`: people can only refuse everything on the channel. Transactional messages say `transactional`",
      );
    if (step.channel !== "email") continue;
    const templates = [
      ...(step.template === undefined ? [] : [{ place: ["template"], template: step.template }]),
      ...(step.variants ?? []).map(({ template }, index) => ({ place: ["variants", index, "template"], template })),
    ];
    for (const { place, template } of templates) {
      if (known.templates.get(template)?.hasNoWayOut === true)
        report.warning(
          ["steps", key, ...place],
          `template "${template}" has no way to unsubscribe: no unsubscribe_url or preferences_url, and no link of your own`,
        );
    }
  }
};
