import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import { windowDurationSchema } from "../schedule/duration.ts";
import { conditionSchema } from "../segment/conditions/all.ts";
import { frequencySchema } from "./frequency.ts";
import { stepKey } from "./step-fields.ts";
import type { StepType } from "./step.ts";
import * as steps from "./steps/all.ts";
import type { TriggerType } from "./trigger.ts";
import * as triggers from "./triggers/all.ts";

/** Steps a journey may have: what a marketer can still read, and a run's state can still carry. */
const MAX_STEPS = 200;
const MAX_GOALS = 10;

export type StepDefinition = z.output<(typeof steps)[keyof typeof steps]["schema"]>;
export type TriggerDefinition = z.output<(typeof triggers)[keyof typeof triggers]["schema"]>;

type Options = readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]];

// The registries' schemas are objects with a literal `type`; their declared type (ZodType) does not say so.
const stepSchema = z.lazy(
  () =>
    z.discriminatedUnion(
      "type",
      Object.values(steps).map((step) => step.schema) as unknown as Options,
    ) as unknown as z.ZodType<StepDefinition>,
);
const triggerSchema = z.lazy(
  () =>
    z.discriminatedUnion(
      "type",
      Object.values(triggers).map((trigger) => trigger.schema) as unknown as Options,
    ) as unknown as z.ZodType<TriggerDefinition>,
);

const goalSchema = z.lazy(() =>
  z.strictObject({
    key: definitionKey,
    name: z.string().min(1).max(200),
    condition: conditionSchema,
    within: windowDurationSchema.optional(),
  }),
);

/**
 * A journey as people write it. The shape only: whether the graph holds together is said by `lintJourney`, which callers
 * run before they save. Source: docs/language.md, Journeys.
 */
export const journeySchema = z.lazy(() =>
  z.strictObject({
    key: definitionKey,
    name: z.string().min(1).max(200),
    description: z.string().max(2_000).optional(),
    trigger: triggerSchema,
    audience: conditionSchema.optional(),
    frequency: frequencySchema.default({ type: "every-time" }),
    exit: conditionSchema.optional(),
    goals: z
      .array(goalSchema)
      .max(MAX_GOALS)
      .refine((goals) => new Set(goals.map((goal) => goal.key)).size === goals.length, { error: "two goals have the same key" })
      .optional(),
    start: stepKey,
    steps: z
      .record(stepKey, stepSchema)
      .refine((all) => Object.keys(all).length <= MAX_STEPS, { error: `a journey has at most ${MAX_STEPS} steps` }),
  }),
);

export type JourneyDefinition = z.output<typeof journeySchema>;

/** The step type of a definition. */
export const stepTypeOf = (step: StepDefinition): StepType<StepDefinition> =>
  // Each type only ever meets definitions of its own `type`: that is what the lookup is by.
  stepTypes.get(step.type) as unknown as StepType<StepDefinition>;

const stepTypes = new Map(Object.values(steps).map((step) => [step.type as string, step]));

/** The trigger type of a definition. */
export const triggerTypeOf = (trigger: TriggerDefinition): TriggerType<TriggerDefinition> =>
  triggers[trigger.type] as unknown as TriggerType<TriggerDefinition>;
