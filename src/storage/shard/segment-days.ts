/** Joins and leaves of one day. */
export interface SegmentDay {
  readonly day: string;
  readonly joined: number;
  readonly gone: number;
}

/** A segment's days from one on ("2026-01-05"), and what its joins and leaves before came to, in one shard. */
export const readSegmentDays = async (
  db: D1Database,
  { workspace, segment, from }: { readonly workspace: string; readonly segment: string; readonly from: string },
): Promise<{ readonly before: number; readonly days: readonly SegmentDay[] }> => {
  const [earlier, days] = await db.batch<{ readonly n: number } & SegmentDay>([
    db
      .prepare("SELECT coalesce(sum(joined - gone), 0) AS n FROM segment_days WHERE workspace = ? AND segment = ? AND day < ?")
      .bind(workspace, segment, from),
    db
      .prepare("SELECT day, joined, gone FROM segment_days WHERE workspace = ? AND segment = ? AND day >= ? ORDER BY day")
      .bind(workspace, segment, from),
  ]);
  return { before: earlier?.results[0]?.n ?? 0, days: days?.results ?? [] };
};
