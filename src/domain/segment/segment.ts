import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import { conditionSchema } from "./conditions/all.ts";

/** A dynamic segment: who fulfils its condition is in it. Manual segments are not built yet. */
export const segmentSchema = z.strictObject({
  key: definitionKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2000).optional(),
  kind: z.literal("dynamic", {
    error: (issue) => (issue.input === "manual" ? 'Manual segments are not built yet: kind must be "dynamic"' : 'kind must be "dynamic"'),
  }),
  condition: conditionSchema,
});

export type SegmentDefinition = z.infer<typeof segmentSchema>;
