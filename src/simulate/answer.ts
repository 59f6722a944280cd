import * as z from "zod";
import { expectationSchema } from "./expectation.ts";
import type { Simulation } from "./simulate.ts";
import { traceTypes } from "./trace.ts";

const instant = z.iso.datetime();
const json = z.unknown();

/** One line of a trace, as the API answers it. */
export const traceItemSchema = z.object({
  type: z.enum(traceTypes),
  at: instant,
  userId: z.string().optional(),
  anonymousId: z.string().optional().describe("instead of userId, of a user known by that id only"),
  journey: z.string().optional(),
  version: z.int().optional(),
  run: z.string().optional(),
  key: z.string().nullable().optional().describe("the run's key, in journeys that have one"),
  step: z.string().optional(),
  path: z.string().optional().describe("the way taken out of the step before"),
  segment: z.string().optional(),
  reason: z.string().optional(),
  because: z.object({ clause: z.string(), value: json.optional() }).optional().describe("the clause and the value that decided"),
  until: instant.optional().describe("absent where something has to happen first"),
  goal: z.string().optional(),
  attribute: z.string().optional(),
  value: json.optional().describe("absent where the attribute was removed"),
  tag: z.string().optional(),
  message: z.string().optional(),
  channel: z.string().optional(),
  template: z.string().optional(),
  topic: z.string().optional(),
  to: z.string().optional(),
  subject: z.string().optional(),
  body: z.string().optional(),
  html: z.string().optional(),
  status: z.union([z.string(), z.number()]).optional(),
  silent: z.literal(true).optional().describe("a join or leave that starts no journeys"),
});

/** A user at the end of a simulation, as the API answers it. */
export const userAtEndSchema = z.object({
  id: z.string(),
  anonymous: z.literal(true).optional(),
  attributes: z.record(z.string(), json),
  segments: z.array(z.string()),
  tags: z.array(z.string()),
  runs: z.array(
    z.object({
      run: z.string(),
      journey: z.string(),
      version: z.int(),
      key: z.string().nullable(),
      step: z.string(),
      enteredAt: instant,
      due: instant.optional(),
    }),
  ),
  nextDue: instant.nullable(),
});

/** Answer of POST /api/simulate. */
export const simulationSchema = z.object({
  trace: z.array(traceItemSchema),
  users: z.array(userAtEndSchema).describe("at the end, by id"),
  failures: z.array(
    z.object({
      index: z.int().describe("place in `expect`"),
      expected: expectationSchema,
      why: z.string(),
      nearest: traceItemSchema.nullable().describe("the trace item that comes closest"),
    }),
  ),
});

/** The simulation as it is answered: the compiler holds the two together. */
export const toAnswer = ({ trace, users, failures }: Simulation): z.input<typeof simulationSchema> => ({
  trace: [...trace],
  users: users.map((user) => ({ ...user, segments: [...user.segments], tags: [...user.tags], runs: [...user.runs] })),
  failures: [...failures],
});

const counts = z.record(z.string(), z.int());

/** Answer of POST /api/journeys/{key}/replay-check. */
export const replaySchema = z.object({
  journey: z.string(),
  from: instant,
  until: instant,
  lookedAt: z.object({
    users: z.int().describe("users whose past was gone through"),
    of: z.int().describe("those there are: with an event that may start the journey, or, where no event does, of the workspace"),
    complete: z.boolean().describe("false: a sample was drawn, or the log is longer than a check reads"),
    cut: z.int().describe("users of whom only the newest 500 events were gone through"),
  }),
  entered: z.int().describe("runs started"),
  users: z.int().describe("users who entered at least once"),
  refused: counts.describe("entries refused, by reason"),
  messages: z.record(z.string(), z.object({ sent: z.int(), skipped: counts })).describe("by step"),
  ended: counts.describe("runs ended, by reason"),
  live: z.int().describe("runs still under way at the end"),
  goals: counts,
  samples: z.array(z.object({ id: z.string(), trace: z.array(traceItemSchema) })).describe("up to ten users"),
});
