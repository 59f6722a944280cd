-- Control plane: what a call with an Idempotency-Key was decided to send, to whom, before anything was sent. A repetition,
-- however the first call ended, is about the same message of the same user.
CREATE TABLE send_calls (
  workspace TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, user TEXT NOT NULL, message TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key)
) WITHOUT ROWID;
