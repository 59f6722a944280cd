import type { VariantStep } from "../control/winners.ts";
import { type ShardBindings, shardsOf } from "./shards.ts";

/** How often a step's variants came to something, by "<variant>:<what>" ("0:sent", "1:clicked", "0:goal"); summed over shards. */
export const readVariantCounts = async (
  env: ShardBindings,
  { workspace, journey, version, step }: VariantStep,
): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  const reads = shardsOf(env).map((db) =>
    db
      .prepare(
        `SELECT metric, n FROM step_counts WHERE workspace = ? AND journey = ? AND version = ? AND step = ?
         AND metric >= 'variant:' AND metric < 'variant;' LIMIT 1000`,
      )
      .bind(workspace, journey, version, step)
      .all<{ metric: string; n: number }>(),
  );
  for (const { results } of await Promise.all(reads))
    for (const { metric, n } of results) {
      const name = metric.slice("variant:".length);
      counts.set(name, (counts.get(name) ?? 0) + n);
    }
  return counts;
};
