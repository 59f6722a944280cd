import { comparableAddress } from "../../domain/consent/comparable-address.ts";
import type { Fact, NumberedFacts } from "../../domain/user/facts.ts";
import type { suppressions } from "../schema.ts";
import { jsonRows } from "./json-rows.ts";
import { type ShardBindings, shardNumberOf, shardsOf } from "./shards.ts";

export type SuppressionRow = typeof suppressions.$inferSelect;

type Row = readonly unknown[];

/** Rows begin with workspace, user, number (as in project.ts). */
export interface SuppressionChanges {
  /** … channel, address; address null: all of the channel; channel null: all there is */
  readonly lifted: readonly Row[];
  /** … channel, address, reason, source, at */
  readonly put: readonly Row[];
}

type Word = Extract<Fact, { kind: "suppressed" | "unsuppressed" | "user" }>;

/** Facts folded to what stands at the end: lifts are carried out first, then what was suppressed after them. */
export const foldSuppressions = (batches: readonly NumberedFacts[]): SuppressionChanges => {
  const words = new Map<string, Map<number, Word>>();
  for (const { workspace, user, first, facts } of batches)
    for (const [index, fact] of facts.entries()) {
      if (fact.kind !== "suppressed" && fact.kind !== "unsuppressed" && (fact.kind !== "user" || fact.movedTo === undefined)) continue;
      const name = `${workspace}\n${user}`;
      const own = words.get(name) ?? new Map<number, Word>();
      words.set(name, own.set(first + index, fact));
    }
  const lifted: Row[] = [];
  const put: Row[] = [];
  for (const [name, own] of words) {
    const [workspace, user] = name.split("\n");
    const standing = new Map<string, Row>();
    for (const [number, fact] of [...own].toSorted(([a], [b]) => a - b)) {
      // Merged into another: told of whom they became.
      if (fact.kind === "user") {
        lifted.push([workspace, user, number, null, null]);
        standing.clear();
        continue;
      }
      const { channel, address } = fact;
      if (fact.kind === "unsuppressed") {
        lifted.push([workspace, user, number, channel, address ?? null]);
        for (const key of standing.keys())
          if (address === undefined ? key.startsWith(`${channel}\n`) : key === `${channel}\n${address}`) standing.delete(key);
      } else
        standing.set(`${channel}\n${address ?? ""}`, [
          workspace,
          user,
          number,
          channel,
          address ?? "",
          fact.reason ?? "",
          fact.proof?.source ?? "api",
          fact.at,
        ]);
    }
    put.push(...standing.values());
  }
  return { lifted, put };
};

/** @param fresh what project.ts joins, so that no fact counts twice */
export const suppressionStatements = (db: D1Database, batches: readonly NumberedFacts[], fresh: string): readonly D1PreparedStatement[] => {
  const { lifted, put } = foldSuppressions(batches);
  const lift = `DELETE FROM suppressions WHERE (workspace, channel, address, user) IN
    (SELECT s.workspace, s.channel, s.address, s.user FROM json_each(?1) f
     JOIN suppressions s ON s.workspace = f.value ->> 0 AND s.user = f.value ->> 1 AND (f.value ->> 3 IS NULL OR s.channel = f.value ->> 3)
       AND (f.value ->> 4 IS NULL OR s.address = f.value ->> 4) ${fresh})`;
  const insert = `INSERT INTO suppressions (workspace, user, channel, address, reason, source, created_at)
    SELECT f.value ->> 0, f.value ->> 1, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6, f.value ->> 7 FROM json_each(?1) f ${fresh}
    ON CONFLICT DO UPDATE SET reason = excluded.reason, source = excluded.source, created_at = excluded.created_at`;
  return [...jsonRows(lifted).map((text) => db.prepare(lift).bind(text)), ...jsonRows(put).map((text) => db.prepare(insert).bind(text))];
};

/** An address of the list, which is nobody's. */
export interface ListedAddress {
  readonly channel: string;
  /** As `comparableAddress` makes it. */
  readonly address: string;
  readonly reason: string;
  /** Who put it there; left out: an import. */
  readonly source?: string;
}

/** Which address it is. */
type Place = Pick<ListedAddress, "channel" | "address">;

const shardOfAddress = (env: ShardBindings, workspace: string, { channel, address }: Place): D1Database => {
  const shards = shardsOf(env);
  return shards[shardNumberOf(workspace, `${channel}:${address}`, shards.length)] ?? env.SHARD_0;
};

/** Puts addresses on the list; one that is there keeps its first reason, unless somebody complained since. Rejects when a shard fails; may be repeated. */
export const listAddresses = async (env: ShardBindings, workspace: string, list: readonly ListedAddress[], now: number): Promise<void> => {
  const byShard = Map.groupBy(list, (one) => shardOfAddress(env, workspace, one));
  await Promise.all(
    [...byShard].map(([db, own]) =>
      db.batch(
        jsonRows(own.map(({ channel, address, reason, source = "import" }) => [workspace, channel, address, reason, source, now])).map(
          (text) =>
            db
              .prepare(
                `INSERT INTO suppressions (workspace, channel, address, user, reason, source, created_at)
               SELECT value ->> 0, value ->> 1, value ->> 2, '', value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1) WHERE true
               ON CONFLICT DO UPDATE SET reason = excluded.reason WHERE excluded.reason LIKE 'complain%' AND reason NOT LIKE 'complain%'`,
              )
              .bind(text),
        ),
      ),
    ),
  );
};

/** Why an address is on the list; undefined when it is not. */
export const listedReason = async (env: ShardBindings, workspace: string, channel: string, to: string): Promise<string | undefined> => {
  const address = comparableAddress(channel, to);
  const row = await shardOfAddress(env, workspace, { channel, address })
    .prepare("SELECT reason FROM suppressions WHERE workspace = ? AND channel = ? AND address = ? AND user = ''")
    .bind(workspace, channel, address)
    .first<{ reason: string }>();
  return row?.reason;
};

/** Takes an address off the list; with a reason, only where it is on it for that. True when it was on it. */
export const unlistAddress = async (env: ShardBindings, workspace: string, one: Place & { readonly reason?: string }): Promise<boolean> => {
  const { meta } = await shardOfAddress(env, workspace, one)
    .prepare(
      "DELETE FROM suppressions WHERE workspace = ?1 AND channel = ?2 AND address = ?3 AND user = '' AND (?4 IS NULL OR reason = ?4)",
    )
    .bind(workspace, one.channel, one.address, one.reason ?? null)
    .run();
  return meta.changes > 0;
};

/** Which of these addresses (as `comparableAddress` makes them) nothing is sent to: on the list, or suppressed of any user. */
export const suppressedAmong = async (
  env: ShardBindings,
  workspace: string,
  channel: string,
  addresses: readonly string[],
): Promise<ReadonlySet<string>> => {
  const found = await Promise.all(
    shardsOf(env).map((db) =>
      db
        .prepare(
          "SELECT DISTINCT address FROM suppressions WHERE workspace = ?1 AND channel = ?2 AND address IN (SELECT value FROM json_each(?3))",
        )
        .bind(workspace, channel, JSON.stringify(addresses))
        .all<{ address: string }>(),
    ),
  );
  return new Set(found.flatMap(({ results }) => results.map(({ address }) => address)));
};

/** Where a page of suppressions begins: after this row. */
export interface SuppressionCursor {
  readonly channel: string;
  readonly address: string;
  readonly user: string;
}

/** Suppressions of one shard by channel, address and user; `search`: the beginning of an address or of a user's id. */
export const listSuppressions = async (
  db: D1Database,
  wanted: { readonly workspace: string; readonly channel?: string | undefined; readonly search: string },
  page: { readonly after: SuppressionCursor; readonly limit: number },
): Promise<readonly SuppressionRow[]> => {
  const { workspace, channel, search } = wanted;
  const { after, limit } = page;
  const end = `${search}\u{10ffff}`;
  // Addresses of email are kept in small letters, tokens as they are, and ids of users too.
  const small = search.toLowerCase();
  const { results } = await db
    .prepare(
      `SELECT * FROM suppressions WHERE workspace = ?1 AND (channel, address, user) > (?2, ?3, ?4) AND (?5 IS NULL OR channel = ?5)
       AND (?6 = '' OR (address >= ?6 AND address < ?7) OR (channel = 'email' AND address >= ?9 AND address < ?10) OR (user >= 'u:' || ?6 AND user < 'u:' || ?7)) ORDER BY channel, address, user LIMIT ?8`,
    )
    .bind(workspace, after.channel, after.address, after.user, channel ?? null, search, end, limit, small, `${small}\u{10ffff}`)
    .all<SuppressionRow>();
  return results;
};

/** Users of one shard for whom this very address is suppressed. */
export const usersSuppressedAt = async (
  db: D1Database,
  workspace: string,
  { channel, address }: Place,
): Promise<readonly SuppressionRow[]> =>
  (
    await db
      .prepare("SELECT * FROM suppressions WHERE workspace = ?1 AND channel = ?2 AND address IN (?3, ?4) AND user <> '' LIMIT 1000")
      // Providers tell of telephone numbers with and without the plus.
      .bind(workspace, channel, address, address.startsWith("+") ? address.slice(1) : `+${address}`)
      .all<SuppressionRow>()
  ).results;
