import type { NumberedFacts } from "../../domain/user/facts.ts";
import { isSampled, logEvents, type LoggedEvent, type LogSampling, sampleOf } from "./event-log.ts";
import { foldFacts } from "./fold-facts.ts";
import { jsonRows } from "./json-rows.ts";
import { suppressionStatements } from "./suppressions.ts";
import { type ShardBindings, shardNumberOf, shardsOf } from "./shards.ts";

/*
 * Each statement takes rows as JSON arrays that begin with workspace, user, number and applies only those whose number is
 * above the user's `projected`; the last two raise it. Run in this order in one transaction they apply each fact once,
 * whatever is repeated and however ranges overlap.
 */
const fresh =
  "LEFT JOIN users u ON u.workspace = f.value ->> 0 AND u.user = f.value ->> 1 WHERE (f.value ->> 2) > coalesce(u.projected, 0)";

const countSteps = `INSERT INTO step_counts (workspace, journey, version, step, metric, n)
  SELECT f.value ->> 0, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6, count(*) FROM json_each(?1) f ${fresh}
  GROUP BY 1, 2, 3, 4, 5 ON CONFLICT (workspace, journey, version, step, metric) DO UPDATE SET n = n + excluded.n`;

const countLinks = `INSERT INTO link_counts (workspace, journey, version, step, template, link, people, clicks, machines, machine_clicks)
  SELECT f.value ->> 0, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6, f.value ->> 7,
    sum(f.value ->> 8), sum(f.value ->> 9), sum(f.value ->> 10), sum(f.value ->> 11) FROM json_each(?1) f ${fresh}
  GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT (workspace, journey, version, step, template, link) DO UPDATE SET people = people + excluded.people,
    clicks = clicks + excluded.clicks, machines = machines + excluded.machines, machine_clicks = machine_clicks + excluded.machine_clicks`;

const joinSegments = `INSERT INTO memberships (workspace, segment, user, since)
  SELECT f.value ->> 0, f.value ->> 3, f.value ->> 1, f.value ->> 4 FROM json_each(?1) f ${fresh}
  ON CONFLICT (workspace, segment, user) DO UPDATE SET since = excluded.since`;

const leaveSegments = `DELETE FROM memberships WHERE (workspace, segment, user) IN
  (SELECT f.value ->> 0, f.value ->> 3, f.value ->> 1 FROM json_each(?1) f ${fresh})`;

const countMoves = `INSERT INTO segment_days (workspace, segment, day, joined, gone)
  SELECT f.value ->> 0, f.value ->> 3, f.value ->> 4, sum(f.value ->> 5), sum(f.value ->> 6) FROM json_each(?1) f ${fresh}
  GROUP BY 1, 2, 3 ON CONFLICT (workspace, segment, day) DO UPDATE SET joined = joined + excluded.joined, gone = gone + excluded.gone`;

// Of a user who was merged, a message goes on with whom they became; numbers of two users say nothing of each other, instants do.
const putMessages = `INSERT INTO messages (workspace, user, id, channel, template, topic, journey, version, run, step, provider, recipient, subject, status, reason, attempts, created_at, updated_at, provider_message_id)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6, f.value ->> 7, f.value ->> 8, f.value ->> 9,
    f.value ->> 10, f.value ->> 11, f.value ->> 12, f.value ->> 13, f.value ->> 14, f.value ->> 15, f.value ->> 16, f.value ->> 17, f.value ->> 18, f.value ->> 19
  FROM json_each(?1) f ${fresh}
  ON CONFLICT (workspace, id) DO UPDATE SET provider = coalesce(excluded.provider, provider), recipient = coalesce(excluded.recipient, recipient),
    subject = coalesce(excluded.subject, subject), status = excluded.status, reason = excluded.reason, attempts = excluded.attempts, updated_at = excluded.updated_at,
    provider_message_id = coalesce(excluded.provider_message_id, provider_message_id), user = excluded.user
  WHERE excluded.user = user OR excluded.updated_at >= updated_at`;

const putUsers = `INSERT INTO users (workspace, user, projected, email, phone, name, attributes, created_at, last_seen_at, moved_to)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value -> 6, f.value ->> 7, f.value ->> 8, f.value ->> 9
  FROM json_each(?1) f WHERE true
  ON CONFLICT (workspace, user) DO UPDATE SET projected = excluded.projected, email = excluded.email, phone = excluded.phone, name = excluded.name,
    attributes = excluded.attributes, created_at = excluded.created_at, last_seen_at = excluded.last_seen_at, moved_to = excluded.moved_to
  WHERE excluded.projected > users.projected`;

const raiseUsers = `INSERT INTO users (workspace, user, projected, created_at, last_seen_at)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 3 FROM json_each(?1) f WHERE true
  ON CONFLICT (workspace, user) DO UPDATE SET projected = excluded.projected WHERE excluded.projected > users.projected`;

/** Statements that project facts of one shard's users; to be run in this order in ONE `batch`, with whatever else belongs to it. */
export const factStatements = (db: D1Database, facts: readonly NumberedFacts[], sample = 1): readonly D1PreparedStatement[] => {
  const rows = foldFacts(facts);
  const bulk = (sql: string, values: readonly (readonly unknown[])[]) => jsonRows(values).map((text) => db.prepare(sql).bind(text));
  return [
    ...logEvents(db, emittedBy(facts, sample)),
    ...bulk(countSteps, rows.counts),
    ...bulk(countLinks, rows.links),
    ...bulk(joinSegments, rows.joined),
    ...bulk(leaveSegments, rows.left),
    ...bulk(countMoves, rows.moves),
    ...bulk(putMessages, rows.messages),
    ...suppressionStatements(db, facts, fresh),
    ...bulk(putUsers, rows.users),
    ...bulk(raiseUsers, rows.raised),
  ];
};

/** Events that steps emitted belong into the log; logging one again changes nothing. */
const emittedBy = (facts: readonly NumberedFacts[], sample: number): readonly LoggedEvent[] =>
  facts.flatMap(({ workspace, user, facts: own }) =>
    own.flatMap((fact) => (fact.kind === "emitted" && isSampled(fact.event.id, sample) ? [{ workspace, user, event: fact.event }] : [])),
  );

/**
 * Projects facts into the directory, memberships, messages and counts, one transaction per shard. Idempotent: facts that
 * were projected before, or come twice, change nothing. Rejects when a shard fails; what other shards took stays.
 */
export const projectFacts = async (env: ShardBindings & LogSampling, facts: readonly NumberedFacts[]): Promise<void> => {
  const shards = shardsOf(env);
  const byShard = Map.groupBy(facts, (one) => shardNumberOf(one.workspace, one.user, shards.length));
  await Promise.all(
    [...byShard].map(async ([number, own]) => {
      const db = shards[number];
      const statements = db === undefined ? [] : factStatements(db, own, sampleOf(env));
      if (statements.length > 0) await db?.batch([...statements]);
    }),
  );
};

/** Number of the newest fact of a user that was projected; 0 = none. */
export const projectedUpTo = async (db: D1Database, workspace: string, user: string): Promise<number> => {
  const row = await db
    .prepare("SELECT projected FROM users WHERE workspace = ? AND user = ?")
    .bind(workspace, user)
    .first<{ projected: number }>();
  return row?.projected ?? 0;
};
