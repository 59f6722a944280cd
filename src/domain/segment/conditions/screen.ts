import * as z from "zod";
import type { ConditionType } from "../condition.ts";
import { countedFields, countEvents, onePeriod } from "../count-events.ts";
import { eventNameSchema } from "../event-tally.ts";

/** `event` (or `name`): the screen call's name; left out = any screen, unnamed ones too (tell them apart by `where`). */
const schema = () =>
  z
    .strictObject({ type: z.literal("screen"), event: eventNameSchema.optional(), name: eventNameSchema.optional(), ...countedFields })
    .superRefine(onePeriod);
type Condition = z.infer<ReturnType<typeof schema>>;

/** How often the user saw a screen, told by screen calls; counts as `event` does. */
export const screen = {
  type: "screen",
  schema,
  compile: (condition: Condition, context) =>
    countEvents(condition, { kind: "screen", event: condition.event ?? condition.name ?? "*" }, context),
} as const satisfies ConditionType<Condition>;
