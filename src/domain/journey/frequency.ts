import * as z from "zod";
import { windowDurationSchema } from "../schedule/duration.ts";

const limit = z.lazy(() => z.strictObject({ count: z.int().min(1).max(50), per: windowDurationSchema }).optional());

/**
 * How often a user may enter a journey (docs/semantics.md, Entry and frequency): `once` ever; `every-time`; `interval`: at most one
 * entry per interval, and entered again each interval while the trigger's segment still holds. `limit`: at most so many
 * entries in any window of that length (50 at most: the newest entries are kept one by one).
 */
export const frequencySchema = z.lazy(() =>
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("once") }),
    z.strictObject({ type: z.literal("every-time"), oneAtATime: z.boolean().optional(), limit }),
    z.strictObject({ type: z.literal("interval"), every: windowDurationSchema, limit }),
  ]),
);

export type Frequency = z.output<typeof frequencySchema>;
