import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { Fault } from "../../fault.ts";
import { hashText, stableText } from "../../hash.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import type { CompileContext, CompiledCondition, ConditionType, Tally } from "../condition.ts";
import { compileCount, countClause, countSchema } from "../count.ts";
import { endings, progress } from "../message-statuses.ts";
import { newestMatches } from "../newest-matches.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z
    .strictObject({
      type: z.literal("message"),
      /** Messages of this template, whichever run or call made them. */
      template: definitionKey.optional(),
      /** Inside a journey: messages of this step of the same run. */
      step: definitionKey.optional(),
      /** Reached, or passed: a click says that the message was opened. */
      status: z.enum([...progress, ...endings]),
      count: countSchema.optional(),
      within: windowDurationSchema.optional(),
    })
    .refine((condition) => (condition.template === undefined) !== (condition.step === undefined), {
      path: ["template"],
      error: 'say which messages: either "template" or, inside a journey, "step"',
    });
type Condition = z.infer<ReturnType<typeof schema>>;

/** How many messages have come to a status, each counted when it first did. */
export const message = {
  type: "message",
  schema,
  compile: (condition: Condition, context): CompiledCondition => {
    const tally = tallyOf(condition, context);
    const bounds = condition.within === undefined ? {} : { withinMs: windowMs(condition.within) };
    const count = compileCount(condition.count ?? { operator: "at-least", value: 1 }, bounds.withinMs);
    const of = condition.template === undefined ? `step ${condition.step}` : `template ${condition.template}`;
    const clause = `message of ${of} ${condition.status} ${countClause(condition.count)}${condition.within ? ` within ${condition.within}` : ""}`;
    return {
      dependsOn: { ...noDependencies, aspects: ["messages"] },
      tallies: [tally],
      reaches: [],
      evaluate: (scope) => {
        // A run's own messages are all after its entry; those of a template count from where the clause starts.
        const since = condition.step === undefined ? scope.since : "ever";
        const matches = newestMatches({ scope, since, bounds, tally, name: tally.name, limit: count.limit });
        const { value, nextChange } = count.verdict(matches);
        return { value, ...(nextChange !== undefined && { nextChange }), because: { clause, value: matches.length } };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const tallyOf = ({ template, step, status }: Condition, { inJourney, path }: CompileContext): Tally => {
  if (step !== undefined && !inJourney) {
    const problem = '"step" has a meaning only inside a journey';
    throw new Fault("bad-definition", problem, [{ path: `${path}.step`, message: problem }]);
  }
  const name = `message:${status}`;
  const id = hashText(stableText({ name, template, step }));
  if (step === undefined) return { id, name, matches: (event) => event.properties?.["template"] === template, key: null };
  return {
    id,
    name,
    matches: (event) => event.properties?.["step"] === step,
    key: (event) => (typeof event.properties?.["run"] === "string" ? event.properties["run"] : null),
    perRun: true,
  };
};
