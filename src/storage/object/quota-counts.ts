import { periodsAt, type Quota, quotaReason, type QuotaWord } from "../../domain/sending/quota.ts";
import { numberOf, type SqlPort } from "./sql-port.ts";

/** Messages about to be claimed. */
export interface QuotaRequest {
  readonly quota: Quota;
  /** Those that wait where there is no room. */
  readonly held: number;
  /** Those that count and go all the same: transactional ones. */
  readonly passing: number;
}

export interface QuotaAnswer {
  /** As many of `held` have room. */
  readonly granted: number;
  /** What is said to the others. */
  readonly over: QuotaWord;
  /** The instant (ms) they count at; said when some are given back. */
  readonly at: number;
}

/** A limit that was reached in the period that is not over. */
export interface QuotaReached {
  readonly kind: keyof Quota;
  readonly limit: number;
  readonly count: number;
  readonly since: number;
  readonly until: number;
}

/** Counts a workspace's messages by day and month: one row each, written once for all that are asked about together. */
export class QuotaCounts {
  readonly #sql: SqlPort;
  constructor(sql: SqlPort) {
    this.#sql = sql;
    sql.run("CREATE TABLE IF NOT EXISTS quota_counts (period TEXT PRIMARY KEY, n INTEGER NOT NULL, reached_at INTEGER) WITHOUT ROWID");
  }

  take({ quota, held, passing }: QuotaRequest, now: number): QuotaAnswer {
    const periods = periodsAt(now).map((period) => ({ ...period, limit: quota[period.kind], n: this.#count(period.name) }));
    const room = Math.max(0, Math.min(...periods.map(({ limit, n }) => (limit === undefined ? held : limit - n - passing))));
    const granted = Math.min(held, room);
    const full = granted < held ? periods.find(({ limit, n }) => limit !== undefined && limit - n - passing <= granted) : undefined;
    this.#sql.run("DELETE FROM quota_counts WHERE period NOT IN (?, ?)", ...periods.map(({ name }) => name));
    for (const { name } of periods)
      this.#sql.run(
        "INSERT INTO quota_counts (period, n, reached_at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + ?2, reached_at = coalesce(reached_at, ?3)",
        name,
        granted + passing,
        name === full?.name ? now : null,
      );
    return {
      granted,
      at: now,
      over:
        full?.limit === undefined ? { kind: "counted" } : { kind: "over", until: full.endsAt, reason: quotaReason(full.kind, full.limit) },
    };
  }

  /** Messages that were counted at an instant were not sent after all. */
  giveBack(count: number, at: number): void {
    for (const { name } of periodsAt(at)) this.#sql.run("UPDATE quota_counts SET n = max(0, n - ?) WHERE period = ?", count, name);
  }

  /** Limits that messages wait for, the longer period first. */
  reached(quota: Quota, now: number): readonly QuotaReached[] {
    return periodsAt(now).flatMap(({ kind, name, endsAt }): readonly QuotaReached[] => {
      const limit = quota[kind];
      const row = this.#sql.run("SELECT n, reached_at FROM quota_counts WHERE period = ? AND reached_at IS NOT NULL", name)[0];
      if (limit === undefined || row === undefined || numberOf(row, "n") < limit) return [];
      return [{ kind, limit, count: numberOf(row, "n"), since: numberOf(row, "reached_at"), until: endsAt }];
    });
  }

  #count(period: string): number {
    const row = this.#sql.run("SELECT n FROM quota_counts WHERE period = ?", period)[0];
    return row === undefined ? 0 : numberOf(row, "n");
  }
}
