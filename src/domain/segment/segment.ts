import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import { conditionSchema } from "./conditions/all.ts";

const common = { key: definitionKey, name: z.string().min(1).max(200), description: z.string().max(2000).optional() };

/** A dynamic segment: who fulfils its condition is in it. A manual one: who was put into it by call or step. */
export const segmentSchema = z.lazy(() =>
  z.discriminatedUnion(
    "kind",
    [
      z.strictObject({ ...common, kind: z.literal("dynamic"), condition: conditionSchema }),
      z.strictObject({ ...common, kind: z.literal("manual") }),
    ],
    { error: (issue) => (issue.code === "invalid_union" ? 'kind must be "dynamic" or "manual"' : undefined) },
  ),
);

export type SegmentDefinition = z.infer<typeof segmentSchema>;
