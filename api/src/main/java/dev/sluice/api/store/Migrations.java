package dev.sluice.api.store;

import java.util.List;
import java.util.function.Consumer;

/**
 * Numbered steps from each version of the database's tables to the next, oldest first. A file of an
 * earlier version takes the steps that it lacks, and keeps its contents; a new file takes all of
 * them. To change the tables, add a step with the next number; never edit one that was released.
 * The views in {@code views.sql} need no step.
 */
final class Migrations {

  /** Version of {@code schema.sql}. Files of earlier versions cannot be migrated. */
  static final int FIRST = 18;

  private static final List<Step> STEPS =
      List.of(
          step(
              19,
              "parts of the topics that were deleted before they were read",
              """
              -- offsets from first, and before next; at is the time of the first record after them, if there is one yet
              CREATE TABLE gap (
                topic TEXT NOT NULL, partition INTEGER NOT NULL, first INTEGER NOT NULL, next INTEGER NOT NULL,
                at INTEGER, noted_at INTEGER NOT NULL, PRIMARY KEY (topic, partition, first)) WITHOUT ROWID;
              INSERT INTO gap
                SELECT position.topic, event.partition, 0, min(offset), min(at), 0
                FROM event JOIN position ON position.topic LIKE '%.' || event.topic AND position.partition = event.partition
                GROUP BY 1, 2 HAVING min(offset) > 0;
              """),
          step(
              20,
              "what has changed in the definitions of applications",
              """
              ALTER TABLE change ADD COLUMN definition TEXT;
              CREATE INDEX change_by_application ON change (application, sequence) WHERE application IS NOT NULL;
              """),
          step(
              21,
              "what workers report of their ledgers, which is known after results are deleted",
              """
              CREATE TABLE ledger (
                application TEXT NOT NULL, cluster TEXT NOT NULL, generation INTEGER, commit_id TEXT, removed INTEGER, at INTEGER,
                renderer TEXT, health TEXT, parked_generation INTEGER, parked_commit TEXT, parked_at INTEGER, failure TEXT,
                PRIMARY KEY (application, cluster)) WITHOUT ROWID;
              """),
          step(
              22,
              "who sent a command",
              """
              ALTER TABLE command ADD COLUMN caller TEXT;
              """),
          step(
              23,
              "the closings of dead letters whose openings were deleted",
              """
              CREATE TABLE closing (entry TEXT PRIMARY KEY) WITHOUT ROWID;
              """),
          step(
              24,
              "the earlier generations whose recorded inputs were sent again",
              """
              ALTER TABLE generation ADD COLUMN repeated INTEGER;
              """),
          step(
              25,
              "only the newest observations of each application in a cluster",
              """
              DELETE FROM observation WHERE EXISTS (
                SELECT 1 FROM status WHERE status.application = observation.application
                  AND status.cluster = observation.cluster AND phase = 'Removed');
              DELETE FROM observation WHERE (sequence, ordinal) IN (
                SELECT sequence, ordinal FROM (
                  SELECT sequence, ordinal, row_number() OVER (
                    PARTITION BY application, cluster ORDER BY sequence DESC, ordinal DESC) AS place
                  FROM observation)
                WHERE place > 1000);
              CREATE INDEX observation_by_application ON observation (application, cluster, sequence, ordinal);
              """),
          step(
              26,
              "new inputs that are not sent yet",
              """
              ALTER TABLE status ADD COLUMN withheld_cause TEXT;
              ALTER TABLE status ADD COLUMN withheld_reason TEXT;
              ALTER TABLE status ADD COLUMN withheld_since INTEGER;
              """),
          step(
              27,
              "which inputs that are not sent yet were sent before, so that a command demands them"
                  + " again",
              """
              ALTER TABLE status ADD COLUMN withheld_again INTEGER NOT NULL DEFAULT 0;
              """));

  private Migrations() {}

  /**
   * A step to a version.
   *
   * @param what it adds, for the log
   */
  record Step(int version, String what, Consumer<Sql> change) {}

  private static Step step(int version, String what, String script) {
    return new Step(version, what, sql -> sql.script(script));
  }

  /** Returns the version that all steps lead to. */
  static int newest() {
    return STEPS.isEmpty() ? FIRST : STEPS.getLast().version();
  }

  /** Returns the steps that a file of this version lacks. */
  static List<Step> after(int version) {
    return STEPS.stream().filter(step -> step.version() > version).toList();
  }
}
