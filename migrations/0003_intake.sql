-- Intake (INTAKE_n): accepted, not yet applied. Deleted in bulk when applied; what stays is sent again by the sweep.
CREATE TABLE intake (
  id TEXT PRIMARY KEY, workspace TEXT NOT NULL, body TEXT NOT NULL, received_at INTEGER NOT NULL,
  -- when the sweep may send it again; grows with each try
  retry_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
