-- Bodies of segments and templates by content hash: a catalog names them, so that a new version costs only what changed
-- and a workspace's catalog may grow past the 2 MB a row can hold. catalogs.body is that list of names (a manifest).
CREATE TABLE definition_bodies (
  workspace TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (workspace, hash)
) WITHOUT ROWID;
