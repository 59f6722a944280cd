-- Control plane (DB): workspaces, keys, definitions and the catalogs compiled from them.
CREATE TABLE workspaces (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, timezone TEXT NOT NULL DEFAULT 'UTC', data_center TEXT NOT NULL DEFAULT 'local',
  catalog_version INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
) WITHOUT ROWID;
-- Keys are kept as SHA-256; prefix is what people recognise a key by.
CREATE TABLE keys (
  hash TEXT PRIMARY KEY, id TEXT NOT NULL, workspace TEXT NOT NULL, kind TEXT NOT NULL, prefix TEXT NOT NULL, name TEXT NOT NULL,
  scopes TEXT NOT NULL DEFAULT '[]', created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX keys_by_id ON keys (workspace, id);
-- kind: segment, journey, template, provider, topic. For journeys body is the draft; version and status belong to what is published.
CREATE TABLE definitions (
  workspace TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, etag TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'draft', sealed TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, key)
) WITHOUT ROWID;
CREATE TABLE journey_versions (
  workspace TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, published_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key, version)
) WITHOUT ROWID;
CREATE TABLE catalogs (
  workspace TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, version)
) WITHOUT ROWID;
-- Answers to POSTs that carried an Idempotency-Key, for 24 h.
CREATE TABLE idempotency (
  workspace TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status INTEGER, body TEXT, created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key)
) WITHOUT ROWID;
