-- Data shard (SHARD_n): directory, event log, projections; by hash of (workspace, user).
CREATE TABLE users (
  workspace TEXT NOT NULL, user TEXT NOT NULL, email TEXT, phone TEXT, name TEXT, attributes TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, moved_to TEXT,
  -- number of the newest fact that was projected: facts up to it are never counted again
  projected INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, user)
) WITHOUT ROWID;
CREATE INDEX users_by_email ON users (workspace, email) WHERE email IS NOT NULL;
-- Ids are their senders': two users' events may share one, even at the same millisecond.
CREATE TABLE events (
  workspace TEXT NOT NULL, time INTEGER NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL, type TEXT NOT NULL, name TEXT, body TEXT NOT NULL,
  PRIMARY KEY (workspace, time, id, user)
) WITHOUT ROWID;
CREATE TABLE memberships (
  workspace TEXT NOT NULL, segment TEXT NOT NULL, user TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (workspace, segment, user)
) WITHOUT ROWID;
-- Message ids begin with their creation time, so the key orders by time.
CREATE TABLE messages (
  workspace TEXT NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL, channel TEXT NOT NULL, template TEXT NOT NULL, topic TEXT,
  journey TEXT, version INTEGER, run TEXT, step TEXT, provider TEXT, recipient TEXT, subject TEXT, status TEXT NOT NULL, reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE INDEX messages_by_status ON messages (workspace, status, id);
-- What the built-in outbox provider was given.
CREATE TABLE outbox_messages (
  workspace TEXT NOT NULL, id TEXT NOT NULL, recipient TEXT NOT NULL, content TEXT NOT NULL, accepted_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
-- step '' counts the journey itself: started, refused:<reason>, ended:<reason>, moved:in, moved:out, arm:held-out and
-- arm:treated (runs that came to a holdout), goal:<key>, goal-held-out:<key>, goal-treated:<key>. A step: entered, left,
-- left:<path>, ended:<reason>, message:<status or withheld>, goal:<key>:<path>, variant:<n>:<made, status, withheld or goal>,
-- goal-variant:<key>:<n>.
CREATE TABLE step_counts (
  workspace TEXT NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL, step TEXT NOT NULL, metric TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (workspace, journey, version, step, metric)
) WITHOUT ROWID;
