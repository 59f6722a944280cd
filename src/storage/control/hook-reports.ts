interface Reports {
  readonly workspace: string;
  readonly provider: string;
  readonly ids: readonly string[];
}

/** Reports that came before, by id, with the hash of what they came in. */
export const knownReports = async (db: D1Database, { workspace, provider, ids }: Reports): Promise<ReadonlyMap<string, string>> => {
  const { results } = await db
    .prepare("SELECT id, hash FROM hook_reports WHERE workspace = ?1 AND provider = ?2 AND id IN (SELECT value FROM json_each(?3))")
    .bind(workspace, provider, JSON.stringify(ids))
    .all<{ id: string; hash: string }>();
  return new Map(results.map(({ id, hash }) => [id, hash]));
};

/** Remembers reports until an instant (ms); the first word on each stays. */
export const noteReports = async (
  db: D1Database,
  { workspace, provider, ids, hash, until }: Reports & { readonly hash: string; readonly until: number },
): Promise<void> => {
  await db
    .prepare(`INSERT OR IGNORE INTO hook_reports (workspace, provider, id, hash, until) SELECT ?1, ?2, value, ?4, ?5 FROM json_each(?3)`)
    .bind(workspace, provider, JSON.stringify(ids), hash, until)
    .run();
};

const prunedAtOnce = 10_000;

/** Forgets reports whose time is over. */
export const pruneReports = async (db: D1Database, now: number): Promise<void> => {
  await db
    .prepare(
      "DELETE FROM hook_reports WHERE (workspace, provider, id) IN (SELECT workspace, provider, id FROM hook_reports WHERE until < ? LIMIT ?)",
    )
    .bind(now, prunedAtOnce)
    .run();
};
