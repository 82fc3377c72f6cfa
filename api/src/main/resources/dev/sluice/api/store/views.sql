-- views store nothing: they are made again whenever the file is opened
-- status as shown: an application counts as synced only if its sources can be read or it is held; one to which nothing
-- was sent waits because of its sources, if these cannot be read; nothing is known of a cluster whose worker has reported
-- nothing for ten minutes after a target was sent to it, or does not report at this moment; inputs that were sent and wait
-- to be sent again leave it synced; the function silence is SilenceFunction's
CREATE VIEW shown_status AS
  SELECT application, cluster, generation, commit_id, phase AS reported_phase,
    CASE WHEN is_unknown THEN 'Unknown' ELSE phase END AS phase,
    CASE WHEN is_silent THEN silent_since WHEN is_unknown THEN ifnull(unknown_since, since) ELSE since END AS since,
    CASE WHEN is_silent THEN silent_code WHEN is_unknown OR is_unsent THEN unknown_code WHEN is_refused THEN ifnull(code, refused_code) ELSE code END AS code,
    CASE WHEN is_silent THEN silent_message WHEN is_unknown OR is_unsent THEN unknown_message WHEN is_refused THEN ifnull(message, refused_message)
      ELSE message END AS message,
    applied_generation, applied_commit, applied_at, applied_renderer, applied_generated,
    held_by, held_reason, held_since, held_commit, withheld_cause, withheld_reason, withheld_since,
    phase = 'Parked' AND plan IS NOT NULL AS is_guarded, phase = 'Syncing' AND code = 'waiting' AS is_in_wave, since AS phase_since, message AS phase_message, silent_since, silent_message,
    CASE WHEN phase = 'Removed' THEN phase
      WHEN is_silent OR is_unknown THEN 'Unknown'
      WHEN is_refused THEN 'Parked'
      WHEN phase = 'Waiting' THEN 'OutOfSync'
      WHEN phase = 'Synced' AND withheld_cause IS NOT NULL AND NOT withheld_again THEN 'OutOfSync'
      WHEN phase = 'Synced' AND drift_objects > 0 THEN 'Drifted'
      ELSE phase END AS sync,
    CASE WHEN phase = 'Removed' THEN NULL
      WHEN is_silent OR health IS NULL THEN 'Unknown'
      WHEN health_generation < ifnull(applied_generation, 0) THEN 'Progressing'
      ELSE health END AS health,
    health_generation, health_since, health_objects, health_unhealthy, health_reason,
    drift_since, drift_objects, drift_contended, drift_heals, drift_writers,
    CASE WHEN is_silent OR is_unknown OR is_pending THEN NULL
      WHEN phase = 'Synced' AND held_by IS NULL AND (withheld_cause IS NULL OR withheld_again) AND NOT is_refused THEN 0
      WHEN phase IN ('Removing', 'Removed') THEN 0
      -- the sources may have been others when the generation was sent
      ELSE (
        SELECT CASE WHEN count(*) = count(position.value) THEN sum(max(ref.commits - (position.value ->> 'commits'), 0)) END
        FROM (SELECT DISTINCT repository, ref FROM source WHERE source.application = shown.application) AS source
          JOIN ref ON ref.repository = source.repository AND ref.ref = source.ref
          LEFT JOIN generation ON generation.application = shown.application AND generation.cluster = shown.cluster
            AND generation.generation = shown.applied_generation
          LEFT JOIN json_each(positions) AS position ON position.value ->> 'repository' = source.repository
            AND position.value ->> 'ref' = source.ref) END AS behind
  FROM (
    SELECT status.*, phase = 'Synced' AND held_by IS NULL AND unknown_code IS NOT NULL AS is_unknown,
      phase = 'Waiting' AND status.code IS NULL AND unknown_code IS NOT NULL AS is_unsent,
      silent_since IS NOT NULL AS is_silent, letter.entry IS NOT NULL AS is_refused,
      letter.code AS refused_code, letter.message AS refused_message,
      health.health, health.generation AS health_generation, health.since AS health_since, health.objects AS health_objects,
      health.unhealthy AS health_unhealthy, health.reason AS health_reason,
      drift.since AS drift_since, drift.objects AS drift_objects, drift.contended AS drift_contended, drift.heals AS drift_heals,
      drift.writers AS drift_writers,
      EXISTS (SELECT 1 FROM source JOIN ref ON ref.repository = source.repository AND ref.ref = source.ref
        WHERE source.application = status.application AND pending_since IS NOT NULL) AS is_pending
    FROM (
      SELECT application, cluster, generation, commit_id,
        -- the results of the removal were deleted, and its worker has nothing to report of it any longer
        CASE WHEN phase = 'Removing'
          AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.application = status.application AND ledger.cluster = status.cluster)
          AND NOT EXISTS (SELECT 1 FROM generation WHERE generation.application = status.application
            AND generation.cluster = status.cluster AND generation.generation = status.generation)
          THEN 'Removed' ELSE phase END AS phase,
        since, code, message, plan, applied_generation, applied_commit,
        applied_at, applied_renderer, applied_generated, held_by, held_reason, held_since, held_commit,
        withheld_cause, withheld_reason, withheld_since, withheld_again,
        coalesce(unknown_code, silence('', 'code')) AS unknown_code, coalesce(unknown_message, silence('', 'message')) AS unknown_message,
        coalesce(unknown_since, silence('', 'since')) AS unknown_since,
        coalesce(silence(status.cluster, 'code'), 'WorkerSilent') AS silent_code,
        coalesce(silence(status.cluster, 'message'),
          'the worker of ' || status.cluster || ' has reported nothing since a target was sent to it') AS silent_message,
        coalesce(silence(status.cluster, 'since'), (
        SELECT max(waiting.since) FROM status AS waiting
        WHERE waiting.cluster = status.cluster AND waiting.phase IN ('Syncing', 'Removing')
          AND waiting.since < (unixepoch() - 600) * 1000
          AND waiting.since > ifnull((SELECT last_result_at FROM cluster WHERE cluster.cluster = status.cluster), 0))) AS silent_since
      FROM status) AS status
      LEFT JOIN health ON health.application = status.application AND health.cluster = status.cluster
      LEFT JOIN drift ON drift.application = status.application AND drift.cluster = status.cluster
      LEFT JOIN dead_letter AS letter ON letter.entry = status.cluster || '/' || status.application || '/source'
        AND letter.closed_at IS NULL) AS shown;
