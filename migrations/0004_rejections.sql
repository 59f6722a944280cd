-- Intake (INTAKE_n): items refused at ingest and why, shown to whoever looks for a missing event. A bounded sample, kept for 7 days.
CREATE TABLE rejections (
  workspace TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, field TEXT NOT NULL, message TEXT NOT NULL, sample TEXT NOT NULL,
  PRIMARY KEY (workspace, at, id)
) WITHOUT ROWID;
CREATE INDEX rejections_by_time ON rejections (at);
