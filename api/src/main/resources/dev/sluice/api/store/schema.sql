-- version 18; never edit it: Migrations has the steps to later versions, which new files take, too
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- where reading resumes; written in the same transaction as the records before it
CREATE TABLE position (
  topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)) WITHOUT ROWID;

CREATE TABLE event (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, trace TEXT NOT NULL,
  topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
  cluster TEXT, application TEXT, repository TEXT COLLATE NOCASE, body BLOB);
CREATE INDEX event_by_application ON event (application, sequence);
-- of changes only: a range of offsets selects applications
CREATE INDEX event_by_position ON event (topic, partition, offset) WHERE repository IS NOT NULL;

CREATE TABLE change (
  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  -- an event may name a repository in another case than the fleet does
  at INTEGER NOT NULL, type TEXT NOT NULL, repository TEXT NOT NULL COLLATE NOCASE, ref TEXT, commit_id TEXT,
  actor TEXT, origin TEXT, endpoint TEXT, delivery TEXT, title TEXT, number INTEGER, url TEXT, merged_by TEXT, author TEXT,
  commit_prefix TEXT, head_id TEXT, application TEXT, cluster TEXT, moved_to TEXT,
  -- of a review its verdict, and the commit that was reviewed; of a merge the newest commit of its request
  verdict TEXT, source_id TEXT);
CREATE INDEX change_by_request ON change (repository, number) WHERE verdict IS NOT NULL;
CREATE INDEX change_of_name ON change (sequence) WHERE type = 'repository-moved';
CREATE INDEX change_by_endpoint ON change (endpoint, sequence) WHERE endpoint IS NOT NULL;
CREATE INDEX change_by_delivery ON change (delivery) WHERE delivery IS NOT NULL;
CREATE INDEX change_by_commit ON change (commit_id);
CREATE INDEX change_by_head ON change (head_id) WHERE head_id IS NOT NULL;
CREATE INDEX change_by_commit_prefix ON change (commit_prefix) WHERE commit_prefix IS NOT NULL;
CREATE INDEX change_by_time ON change (at);
CREATE INDEX change_by_repository ON change (repository, sequence);

CREATE TABLE command (
  -- the approval of a fleet removal is for no application
  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, application TEXT,
  clusters TEXT NOT NULL, command TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL,
  answered_at INTEGER, accepted INTEGER, message TEXT,
  -- the clusters for which an outcome follows
  pending TEXT);
-- the last outcome in each cluster
CREATE TABLE command_outcome (
  id TEXT NOT NULL, cluster TEXT NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL, generation INTEGER, code TEXT,
  message TEXT NOT NULL, PRIMARY KEY (id, cluster)) WITHOUT ROWID;
CREATE INDEX command_by_time ON command (at);
CREATE INDEX command_by_application ON command (application, sequence);

CREATE TABLE application (
  application TEXT PRIMARY KEY, defined INTEGER NOT NULL, fleet_revision TEXT NOT NULL,
  repository TEXT, body BLOB) WITHOUT ROWID;
CREATE TABLE source (
  application TEXT NOT NULL, ordinal INTEGER NOT NULL, repository TEXT NOT NULL, ref TEXT NOT NULL, path TEXT NOT NULL,
  PRIMARY KEY (application, ordinal)) WITHOUT ROWID;
CREATE INDEX source_by_repository ON source (repository, ref);
CREATE INDEX source_by_repository_in_any_case ON source (repository COLLATE NOCASE, ref);
CREATE TABLE ref (
  repository TEXT NOT NULL, ref TEXT NOT NULL, head TEXT, expected TEXT, pending_since INTEGER,
  read_at INTEGER, unreadable_since INTEGER, unreadable_reason TEXT, unreadable_code TEXT,
  -- how many commits it has got; the positions of generations are on this scale
  commits INTEGER,
  PRIMARY KEY (repository, ref)) WITHOUT ROWID;

-- by event, the commit that it reported and Git did not show in time
CREATE TABLE unmet (
  id TEXT PRIMARY KEY, expected TEXT NOT NULL, evaluated TEXT, at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE status (
  application TEXT NOT NULL, cluster TEXT NOT NULL, generation INTEGER NOT NULL, commit_id TEXT, phase TEXT NOT NULL,
  since INTEGER, code TEXT, message TEXT, plan TEXT,
  applied_generation INTEGER, applied_commit TEXT, applied_at INTEGER, applied_renderer TEXT, applied_generated TEXT,
  held_by TEXT, held_reason TEXT, held_since INTEGER, held_commit TEXT,
  -- why it is unknown whether the cluster holds the revision in Git
  unknown_code TEXT, unknown_message TEXT, unknown_since INTEGER,
  PRIMARY KEY (application, cluster)) WITHOUT ROWID;
CREATE INDEX status_by_cluster ON status (cluster, application);
CREATE INDEX status_by_phase ON status (phase);
CREATE INDEX status_by_wait ON status (cluster, phase, since);

-- the newest observation of health; belongs to its generation
CREATE TABLE health (
  application TEXT NOT NULL, cluster TEXT NOT NULL, generation INTEGER NOT NULL, health TEXT NOT NULL, since INTEGER NOT NULL,
  objects INTEGER NOT NULL, unhealthy INTEGER NOT NULL, reason TEXT, body TEXT NOT NULL,
  PRIMARY KEY (application, cluster)) WITHOUT ROWID;
-- the objects that differ from the done generation; no row if there are none
CREATE TABLE drift (
  application TEXT NOT NULL, cluster TEXT NOT NULL, generation INTEGER NOT NULL, since INTEGER NOT NULL,
  objects INTEGER NOT NULL, contended INTEGER NOT NULL, heals INTEGER NOT NULL, writers TEXT, body TEXT NOT NULL,
  PRIMARY KEY (application, cluster)) WITHOUT ROWID;
-- changes of health, and each object that drifted, was healed or is contended
CREATE TABLE observation (
  sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, application TEXT NOT NULL, cluster TEXT NOT NULL, generation INTEGER NOT NULL,
  at INTEGER NOT NULL, type TEXT NOT NULL, kind TEXT COLLATE NOCASE, namespace TEXT, name TEXT, writers TEXT,
  detail TEXT NOT NULL, after INTEGER, PRIMARY KEY (sequence, ordinal)) WITHOUT ROWID;
CREATE INDEX observation_by_generation ON observation (application, cluster, generation);
CREATE INDEX observation_by_object ON observation (cluster, name, kind) WHERE name IS NOT NULL;

CREATE TABLE generation (
  application TEXT NOT NULL, cluster TEXT NOT NULL, generation INTEGER NOT NULL, commit_id TEXT, reason TEXT,
  actor TEXT, causes TEXT, changed_at INTEGER, dispatched_at INTEGER, received_at INTEGER, rendered_at INTEGER,
  planned_at INTEGER, applied_at INTEGER, outcome TEXT NOT NULL, outcome_at INTEGER NOT NULL, message TEXT,
  changes TEXT, attempts INTEGER NOT NULL DEFAULT 0, renderer TEXT, first_at INTEGER NOT NULL,
  -- how it ended; the outcome differs while it is attempted again. Why the last failed attempt failed
  ended TEXT, ended_at INTEGER, ended_message TEXT, superseded_by INTEGER, superseded_at INTEGER, code TEXT, failure TEXT,
  -- observed after it was applied: the newest health, and when it was first healthy
  health TEXT, health_since INTEGER, health_reason TEXT, healthy_at INTEGER, positions TEXT,
  PRIMARY KEY (application, cluster, generation)) WITHOUT ROWID;
CREATE INDEX generation_by_time ON generation (application, first_at);
CREATE INDEX generation_by_commit ON generation (commit_id);

CREATE TABLE object (
  cluster TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL COLLATE NOCASE, namespace TEXT NOT NULL, application TEXT NOT NULL,
  generation INTEGER NOT NULL, api_version TEXT NOT NULL, action TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (cluster, name, kind, namespace, application, generation)) WITHOUT ROWID;

CREATE TABLE dead_letter (
  entry TEXT PRIMARY KEY, opened_sequence INTEGER NOT NULL UNIQUE, cluster TEXT, application TEXT, generation INTEGER, commit_id TEXT,
  code TEXT NOT NULL, message TEXT NOT NULL, stage TEXT NOT NULL, object TEXT, attempts INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, last_at INTEGER NOT NULL, closed_at INTEGER, closed_reason TEXT,
  closed_generation INTEGER, closed_by TEXT, closed_why TEXT, topic TEXT, partition INTEGER, offset INTEGER) WITHOUT ROWID;
CREATE INDEX dead_letter_open ON dead_letter (opened_sequence) WHERE closed_at IS NULL;
CREATE INDEX dead_letter_by_application ON dead_letter (application, opened_sequence);

CREATE TABLE cluster (cluster TEXT PRIMARY KEY, worker TEXT, hello_at INTEGER, isolation TEXT, last_result_at INTEGER) WITHOUT ROWID;
