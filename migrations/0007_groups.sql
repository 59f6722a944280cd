-- The list of groups, by hash of workspace and group: each group's object writes its own row. The object itself holds the members.
CREATE TABLE groups (
  workspace TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
  -- the version the row was written at: an older telling changes nothing
  version INTEGER NOT NULL, attributes TEXT NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, type, id)
) WITHOUT ROWID;
-- How many users joined and left a segment on each day (UTC): its growth. One row per segment and day, for ever.
CREATE TABLE segment_days (
  workspace TEXT NOT NULL, segment TEXT NOT NULL, day TEXT NOT NULL, joined INTEGER NOT NULL, gone INTEGER NOT NULL,
  PRIMARY KEY (workspace, segment, day)
) WITHOUT ROWID;
-- Names that were seen, by kind (event, page, screen, attribute, group-attribute), with their volume. `types`: bits of the
-- kinds of values (src/domain/event/value-types.ts). The name '' stands for those beyond what a workspace may have.
CREATE TABLE seen_names (
  workspace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, types INTEGER NOT NULL, n INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, name)
) WITHOUT ROWID;
-- What a workspace demands of an event's properties at ingest. enforce: block (the item is refused) or warn (it is noted).
CREATE TABLE event_rules (
  workspace TEXT NOT NULL, name TEXT NOT NULL, enforce TEXT NOT NULL, properties TEXT NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, name)
) WITHOUT ROWID;
