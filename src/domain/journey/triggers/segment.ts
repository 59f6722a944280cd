import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("segment"),
      segment: definitionKey,
      change: z.enum(["enter", "leave"]).default("enter"),
      includeCurrent: z.boolean().optional(),
      ...triggerCommon,
    })
    .refine((trigger) => trigger.includeCurrent !== true || trigger.change === "enter", {
      path: ["includeCurrent"],
      error: 'only members can be taken in: includeCurrent goes with "change": "enter"',
    }),
);

/** Fires when the user joins (or leaves) a segment. */
export const segment: TriggerType<z.output<typeof schema>> = {
  type: "segment",
  schema,
  compile: (trigger) => ({
    kind: "segment",
    segment: trigger.segment,
    change: trigger.change,
    includeCurrent: trigger.includeCurrent === true,
  }),
  references: (trigger) => [{ kind: "segment", path: ["segment"], key: trigger.segment }],
  onePerUser: true,
};
