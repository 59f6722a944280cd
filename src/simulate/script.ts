import * as z from "zod";
import { definitionKey } from "../domain/definition-key.ts";
import { instantSchema } from "../domain/schedule/instant.ts";
import { definitionsSchema } from "./definitions.ts";
import { expectationSchema } from "./expectation.ts";
import { itemSchema } from "./item.ts";
import { momentSchema } from "./moment.ts";
import { bounds } from "./bounds.ts";

/**
 * A script: what happens to whom and when, over definitions of its own and the workspace's, and what is expected of it.
 * Source: docs/language.md, Scripts.
 */
export const scriptSchema = z.strictObject({
  key: definitionKey.optional().describe("for people"),
  name: z.string().max(200).optional().describe("for people"),
  description: z.string().max(2_000).optional(),
  definitions: definitionsSchema.optional(),
  start: instantSchema.describe("the instant that durations count from"),
  script: z.array(itemSchema).max(bounds.items),
  until: momentSchema.optional().describe("where the clock stops; 30 days after the last item when left out"),
  expect: z.array(expectationSchema).max(bounds.expectations).optional(),
});

export type Script = z.output<typeof scriptSchema>;
