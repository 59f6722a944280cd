-- Control plane: which variant of a send step won. Decided once; later numbers change nothing.
CREATE TABLE winners (
  workspace TEXT NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL, step TEXT NOT NULL,
  variant TEXT NOT NULL, decided_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, journey, version, step)
) WITHOUT ROWID;
