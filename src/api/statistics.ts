import * as z from "zod";

const counts = z.record(z.string(), z.int());

/** Runs, those of them that reached a goal, and their share (null: of none). */
const reachedSchema = z.object({ runs: z.int(), reached: z.int(), rate: z.number().nullable() });

/** Clicks of a link, of people and of machines (programs) apart. */
export const linkStatisticsSchema = z.object({
  link: z.string().describe('as the template writes it; "other": none of its own'),
  template: z.string(),
  people: z.int().describe("messages in which a person followed it"),
  clicks: z.int().describe("of people, all of them"),
  machines: z.int().describe("messages in which a program followed it"),
  machineClicks: z.int(),
});

export const templateStatisticsSchema = z.object({
  template: z.string(),
  links: z.array(linkStatisticsSchema.omit({ template: true })).describe("of all its messages, most followed first, at most 200"),
});

/** A goal among the runs of a journey. */
export const goalStatisticsSchema = reachedSchema.extend({
  byPath: z.record(z.string(), reachedSchema).describe('by "<step>:<path>"; a run that loops passes a path more than once'),
  byVariant: z.record(z.string(), reachedSchema).describe('by "<step>:<variant>"; runs are messages made'),
  holdout: reachedSchema.describe("runs that were held out, from then on"),
  treated: reachedSchema.describe("runs that passed the holdout and were not held out, from then on"),
  lift: z.number().nullable().describe("rate of the treated minus rate of those held out; null where there are none"),
  interval: z.tuple([z.number(), z.number()]).nullable().describe("95 % interval of the lift (Newcombe, hybrid score)"),
});

export const statisticsSchema = z.object({
  journey: z.string(),
  version: z.int().nullable().describe("null: all versions together"),
  started: z.int(),
  /** Runs that have started and not ended. */
  live: z.int(),
  refused: counts.describe("by reason"),
  ended: counts.describe("by reason"),
  goals: z.record(z.string(), goalStatisticsSchema).describe("by goal key"),
  steps: z.record(
    z.string(),
    z.object({
      entered: z.int(),
      left: z.int().describe("went on or ended here"),
      ended: counts.describe("runs that ended on the step, by reason"),
      waiting: z.int().describe("entered and not left"),
      messages: counts.describe("messages that reached this status, by status"),
      paths: counts.describe("ways taken, by path"),
      links: z.array(linkStatisticsSchema).describe("links of its messages that were followed, most followed first, at most 200"),
    }),
  ),
});

export type LinkStatistics = z.infer<typeof linkStatisticsSchema>;
export type TemplateStatistics = z.infer<typeof templateStatisticsSchema>;
export type Statistics = z.infer<typeof statisticsSchema>;
export type GoalStatistics = z.infer<typeof goalStatisticsSchema>;
