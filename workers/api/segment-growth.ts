import * as z from "zod";
import { growthSchema } from "../../src/api/audience.ts";
import { Fault } from "../../src/domain/fault.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { readSegmentDays } from "../../src/storage/shard/segment-days.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { answer, route, type Route } from "./route.ts";

const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const segmentGrowth: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/segments/{key}/growth",
      summary: "A segment's size, joins and leaves by day (UTC), up to today",
      scope: "read",
      query: z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) }),
      answers: { 200: growthSchema },
    },
    async ({ env, workspace, params, query }) => {
      const segment = params["key"] ?? "";
      if ((await readDefinition(env.DB, workspace, "segment", segment)) === undefined)
        throw new Fault("not-found", `There is no segment "${segment}"`);
      const now = Date.now();
      const from = dayOf(now - (query.days - 1) * dayMs);
      const shards = await Promise.all(shardsOf(env).map((db) => readSegmentDays(db, { workspace, segment, from })));
      let size = shards.reduce((sum, { before }) => sum + before, 0);
      const byDay = Map.groupBy(
        shards.flatMap(({ days }) => days),
        ({ day }) => day,
      );
      const days = Array.from({ length: query.days }, (_, index) => {
        const day = dayOf(now - (query.days - 1 - index) * dayMs);
        const counted = byDay.get(day) ?? [];
        const joined = counted.reduce((sum, one) => sum + one.joined, 0);
        const left = counted.reduce((sum, { gone }) => sum + gone, 0);
        size += joined - left;
        return { day, joined, left, size };
      });
      return answer({ segment, days });
    },
  ),
];
