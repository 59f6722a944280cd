-- Data shards: a provider that says nothing of ours back is asked after by its own word for the message; who writes to us is
-- found by the digits of the number.
ALTER TABLE messages ADD COLUMN provider_message_id TEXT;
CREATE INDEX messages_by_provider_id ON messages (workspace, provider_message_id) WHERE provider_message_id IS NOT NULL;
CREATE INDEX users_by_phone ON users (workspace, replace(replace(replace(replace(replace(replace(phone, '+', ''), ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''))
  WHERE phone IS NOT NULL;
-- Control plane: what is known of a provider beyond its definition. paused_at NULL = it is not; changed_at: when it was last put or resumed.
CREATE TABLE provider_states (
  workspace TEXT NOT NULL, key TEXT NOT NULL, paused_at INTEGER, reason TEXT, changed_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, key)
) WITHOUT ROWID;
-- Reports that count once, with a hash of what they came in: texts of users, and those whose signature does not cover them.
CREATE TABLE hook_reports (
  workspace TEXT NOT NULL, provider TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (workspace, provider, id)
) WITHOUT ROWID;
CREATE INDEX hook_reports_by_time ON hook_reports (until);
