/**
 * The tables of migrations/*.sql as drizzle sees them: the source of row types (`typeof table.$inferSelect`) everywhere
 * SQL is written. Property names are the column names, so a raw row has exactly the inferred type. A test compares this
 * file with the migrated database.
 */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const workspaces = sqliteTable("workspaces", {
  id: text().primaryKey().notNull(),
  name: text().notNull(),
  timezone: text().notNull().default("UTC"),
  data_center: text().notNull().default("local"),
  catalog_version: integer().notNull().default(0),
  created_at: integer().notNull(),
});

export const keys = sqliteTable(
  "keys",
  {
    hash: text().primaryKey().notNull(),
    id: text().notNull(),
    workspace: text().notNull(),
    kind: text().notNull(),
    prefix: text().notNull(),
    name: text().notNull(),
    scopes: text().notNull().default("[]"),
    created_at: integer().notNull(),
    expires_at: integer(),
    revoked_at: integer(),
  },
  (t) => [uniqueIndex("keys_by_id").on(t.workspace, t.id)],
);

export const definitions = sqliteTable(
  "definitions",
  {
    workspace: text().notNull(),
    kind: text().notNull(),
    key: text().notNull(),
    body: text().notNull(),
    etag: text().notNull(),
    version: integer().notNull().default(0),
    status: text().notNull().default("draft"),
    sealed: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.kind, t.key] })],
);

export const definitionBodies = sqliteTable(
  "definition_bodies",
  { workspace: text().notNull(), hash: text().notNull(), body: text().notNull() },
  (t) => [primaryKey({ columns: [t.workspace, t.hash] })],
);

export const journeyVersions = sqliteTable(
  "journey_versions",
  {
    workspace: text().notNull(),
    key: text().notNull(),
    version: integer().notNull(),
    body: text().notNull(),
    published_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.key, t.version] })],
);

export const catalogs = sqliteTable(
  "catalogs",
  { workspace: text().notNull(), version: integer().notNull(), body: text().notNull(), created_at: integer().notNull() },
  (t) => [primaryKey({ columns: [t.workspace, t.version] })],
);

export const idempotency = sqliteTable(
  "idempotency",
  {
    workspace: text().notNull(),
    key: text().notNull(),
    request_hash: text().notNull(),
    status: integer(),
    body: text(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.key] })],
);

export const sendCalls = sqliteTable(
  "send_calls",
  {
    workspace: text().notNull(),
    key: text().notNull(),
    request_hash: text().notNull(),
    user: text().notNull(),
    message: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.key] })],
);

export const members = sqliteTable(
  "members",
  { operator: text().notNull(), workspace: text().notNull(), role: text().notNull(), created_at: integer().notNull() },
  (t) => [primaryKey({ columns: [t.operator, t.workspace] })],
);

export const users = sqliteTable(
  "users",
  {
    workspace: text().notNull(),
    user: text().notNull(),
    email: text(),
    phone: text(),
    name: text(),
    attributes: text().notNull().default("{}"),
    created_at: integer().notNull(),
    last_seen_at: integer().notNull(),
    moved_to: text(),
    projected: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.user] }), index("users_by_email").on(t.workspace, t.email)],
);

export const events = sqliteTable(
  "events",
  {
    workspace: text().notNull(),
    time: integer().notNull(),
    id: text().notNull(),
    user: text().notNull(),
    type: text().notNull(),
    name: text(),
    body: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.time, t.id, t.user] })],
);

export const memberships = sqliteTable(
  "memberships",
  { workspace: text().notNull(), segment: text().notNull(), user: text().notNull(), since: integer().notNull() },
  (t) => [primaryKey({ columns: [t.workspace, t.segment, t.user] })],
);

export const messages = sqliteTable(
  "messages",
  {
    workspace: text().notNull(),
    id: text().notNull(),
    user: text().notNull(),
    channel: text().notNull(),
    template: text().notNull(),
    topic: text(),
    journey: text(),
    version: integer(),
    run: text(),
    step: text(),
    provider: text(),
    recipient: text(),
    subject: text(),
    status: text().notNull(),
    reason: text(),
    attempts: integer().notNull().default(0),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    provider_message_id: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    index("messages_by_status").on(t.workspace, t.status, t.id),
    index("messages_by_provider_id").on(t.workspace, t.provider_message_id),
  ],
);

export const providerStates = sqliteTable(
  "provider_states",
  { workspace: text().notNull(), key: text().notNull(), paused_at: integer(), reason: text(), changed_at: integer().notNull().default(0) },
  (t) => [primaryKey({ columns: [t.workspace, t.key] })],
);

export const hookReports = sqliteTable(
  "hook_reports",
  { workspace: text().notNull(), provider: text().notNull(), id: text().notNull(), hash: text().notNull(), until: integer().notNull() },
  (t) => [primaryKey({ columns: [t.workspace, t.provider, t.id] }), index("hook_reports_by_time").on(t.until)],
);

export const outboxMessages = sqliteTable(
  "outbox_messages",
  {
    workspace: text().notNull(),
    id: text().notNull(),
    recipient: text().notNull(),
    content: text().notNull(),
    accepted_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.id] })],
);

export const stepCounts = sqliteTable(
  "step_counts",
  {
    workspace: text().notNull(),
    journey: text().notNull(),
    version: integer().notNull(),
    step: text().notNull(),
    metric: text().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.journey, t.version, t.step, t.metric] })],
);

export const linkCounts = sqliteTable(
  "link_counts",
  {
    workspace: text().notNull(),
    journey: text().notNull(),
    version: integer().notNull(),
    step: text().notNull(),
    template: text().notNull(),
    link: text().notNull(),
    people: integer().notNull(),
    clicks: integer().notNull(),
    machines: integer().notNull(),
    machine_clicks: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.journey, t.version, t.step, t.template, t.link] }),
    index("link_counts_by_template").on(t.workspace, t.template),
  ],
);

export const groups = sqliteTable(
  "groups",
  {
    workspace: text().notNull(),
    type: text().notNull(),
    id: text().notNull(),
    version: integer().notNull(),
    attributes: text().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.type, t.id] })],
);

export const winners = sqliteTable(
  "winners",
  {
    workspace: text().notNull(),
    journey: text().notNull(),
    version: integer().notNull(),
    step: text().notNull(),
    variant: text().notNull(),
    decided_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.journey, t.version, t.step] })],
);

export const segmentDays = sqliteTable(
  "segment_days",
  { workspace: text().notNull(), segment: text().notNull(), day: text().notNull(), joined: integer().notNull(), gone: integer().notNull() },
  (t) => [primaryKey({ columns: [t.workspace, t.segment, t.day] })],
);

export const seenNames = sqliteTable(
  "seen_names",
  {
    workspace: text().notNull(),
    kind: text().notNull(),
    name: text().notNull(),
    types: integer().notNull(),
    n: integer().notNull(),
    first_seen: integer().notNull(),
    last_seen: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.kind, t.name] })],
);

export const eventRules = sqliteTable(
  "event_rules",
  {
    workspace: text().notNull(),
    name: text().notNull(),
    enforce: text().notNull(),
    properties: text().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.name] })],
);

export const suppressions = sqliteTable(
  "suppressions",
  {
    workspace: text().notNull(),
    channel: text().notNull(),
    address: text().notNull(),
    user: text().notNull(),
    reason: text().notNull(),
    source: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.channel, t.address, t.user] }), index("suppressions_by_user").on(t.workspace, t.user)],
);

export const intake = sqliteTable("intake", {
  id: text().primaryKey().notNull(),
  workspace: text().notNull(),
  body: text().notNull(),
  received_at: integer().notNull(),
  retry_at: integer().notNull(),
  tries: integer().notNull().default(0),
});

export const rejections = sqliteTable(
  "rejections",
  {
    workspace: text().notNull(),
    at: integer().notNull(),
    id: text().notNull(),
    code: text().notNull(),
    field: text().notNull(),
    message: text().notNull(),
    sample: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.at, t.id] }), index("rejections_by_time").on(t.at)],
);
