import * as z from "zod";
import type { ConditionType } from "../condition.ts";
import { countedFields, countEvents, onePeriod } from "../count-events.ts";
import { eventNameSchema } from "../event-tally.ts";

/** `event` (or `name`): the page call's name; left out = any page, unnamed ones too (tell them apart by `where`). */
const schema = () =>
  z
    .strictObject({ type: z.literal("page"), event: eventNameSchema.optional(), name: eventNameSchema.optional(), ...countedFields })
    .superRefine(onePeriod);
type Condition = z.infer<ReturnType<typeof schema>>;

/** How often the user saw a page, told by page calls; counts as `event` does. */
export const page = {
  type: "page",
  schema,
  compile: (condition: Condition, context) =>
    countEvents(condition, { kind: "page", event: condition.event ?? condition.name ?? "*" }, context),
} as const satisfies ConditionType<Condition>;
