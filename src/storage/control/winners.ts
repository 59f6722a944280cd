/** A send step of one version of a journey. */
export interface VariantStep {
  readonly workspace: string;
  readonly journey: string;
  readonly version: number;
  readonly step: string;
}

/** What is on record about a step's winner: the variant, once decided, and when the version was published (ms). */
export interface WinnerRecord {
  readonly variant: string | null;
  readonly publishedAt: number | null;
}

export const readWinner = async (db: D1Database, { workspace, journey, version, step }: VariantStep): Promise<WinnerRecord> =>
  (await db
    .prepare(
      `SELECT (SELECT variant FROM winners WHERE (workspace, journey, version, step) = (?1, ?2, ?3, ?4)) AS variant,
        (SELECT published_at FROM journey_versions WHERE (workspace, key, version) = (?1, ?2, ?3)) AS publishedAt`,
    )
    .bind(workspace, journey, version, step)
    .first<WinnerRecord>()) ?? { variant: null, publishedAt: null };

/** Decides for good: of two who decide at once the first wins, and both are answered the same. */
export const decideWinner = async (
  db: D1Database,
  at: VariantStep,
  { variant, now }: { readonly variant: string; readonly now: number },
): Promise<string> => {
  const { workspace, journey, version, step } = at;
  await db
    .prepare(
      "INSERT INTO winners (workspace, journey, version, step, variant, decided_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(workspace, journey, version, step, variant, now)
    .run();
  return (await readWinner(db, at)).variant ?? variant;
};
