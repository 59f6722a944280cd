import * as z from "zod";
import type { ConditionType } from "../condition.ts";
import { countedFields, countEvents, onePeriod } from "../count-events.ts";
import { eventNameSchema } from "../event-tally.ts";

const schema = () => z.strictObject({ type: z.literal("event"), event: eventNameSchema, ...countedFields }).superRefine(onePeriod);
type Condition = z.infer<ReturnType<typeof schema>>;

/** How often the user did something, told by track calls. */
export const event = {
  type: "event",
  schema,
  compile: (condition: Condition, context) => countEvents(condition, { kind: "event", event: condition.event }, context),
} as const satisfies ConditionType<Condition>;
