-- Data shards: clicks of links as templates write them, of people and of machines (programs) apart. people, machines: messages in which
-- somebody followed the link at all. journey '' (version 0, step ''): messages by call.
CREATE TABLE link_counts (
  workspace TEXT NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL, step TEXT NOT NULL, template TEXT NOT NULL, link TEXT NOT NULL,
  people INTEGER NOT NULL, clicks INTEGER NOT NULL, machines INTEGER NOT NULL, machine_clicks INTEGER NOT NULL,
  PRIMARY KEY (workspace, journey, version, step, template, link)
) WITHOUT ROWID;
CREATE INDEX link_counts_by_template ON link_counts (workspace, template);
