/** How the management API answers journeys. */
import * as z from "zod";
import { definitionFields, instant, json } from "./management.ts";

/** A journey is answered with its draft, the status of what is published (`draft` = nothing yet) and the newest version (0 = none). */
export const journeyStatusSchema = z.enum(["draft", "live", "paused", "stopped"]);
export const journeyFields = {
  status: journeyStatusSchema.meta({ readOnly: true }),
  version: z.int().meta({ readOnly: true }),
  /** The draft differs from what is published. */
  changed: z.boolean().meta({ readOnly: true }),
} as const;

export const journeySummarySchema = z.object({
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  ...journeyFields,
  ...definitionFields,
  counts: z.object({ started: z.int(), live: z.int(), ended: z.int() }).describe("runs of all versions"),
});

export const journeyStateSchema = z.object({ key: z.string(), status: journeyStatusSchema, version: z.int() });

/** Places of a definition that are probably not meant; they keep it from nothing. */
export const warningsSchema = z.array(z.object({ path: z.string(), message: z.string() })).describe("what is probably not meant");

/** What publishing did, or with `dryRun` would do. */
export const publishedSchema = z.object({
  key: z.string(),
  status: journeyStatusSchema,
  version: z.int(),
  warnings: warningsSchema,
  dryRun: z.literal(true).optional(),
  seesBackTo: instant
    .nullable()
    .describe("conditions of this version may not see all of what happened before; null: they see all they ask for"),
  runs: z
    .array(
      z.object({
        version: z.int(),
        step: z.string(),
        runs: z.int(),
        outcome: z.enum(["stays", "moves", "ends"]),
        to: z.string().nullable().describe("the step of the new version it goes on with"),
      }),
    )
    .optional()
    .describe("with dryRun: runs of earlier versions by the step they stand on, as counted a few seconds ago"),
});

export const differencesSchema = z.object({
  from: z.string().describe("a version, or draft"),
  to: z.string(),
  changes: z.array(
    z.object({ path: z.string(), change: z.enum(["added", "removed", "changed"]), before: json.optional(), after: json.optional() }),
  ),
});

export const enteredSchema = z.object({
  users: z.array(
    z.object({ id: z.string(), status: z.enum(["entered", "refused"]), reason: z.string().optional().describe("why it was refused") }),
  ),
});

export const journeyVersionSchema = z.object({ version: z.int(), publishedAt: instant, definition: json });

export type JourneySummary = z.infer<typeof journeySummarySchema>;
