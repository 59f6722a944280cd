-- Data shards: who and what nothing is sent to. Of a user: told by facts, `address` '' where a whole channel ('*': all) is meant. Of nobody
-- (`user` ''): addresses of a list, in the shard that the hash of "<channel>:<address>" names; looked up between claim and sending.
CREATE TABLE suppressions (
  workspace TEXT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL, user TEXT NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, channel, address, user)
) WITHOUT ROWID;
CREATE INDEX suppressions_by_user ON suppressions (workspace, user);
