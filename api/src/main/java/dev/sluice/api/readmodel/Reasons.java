package dev.sluice.api.readmodel;

import dev.sluice.api.readmodel.ApplicationStatus.HeldView;
import dev.sluice.api.readmodel.ApplicationStatus.HoldView;
import dev.sluice.api.readmodel.Explanation.Cause;
import dev.sluice.api.readmodel.Explanation.Unaffected;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.name.GitRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reasons why nothing was sent to an application for a commit. */
final class Reasons {

  private final Sql sql;
  private final Scope allowed;

  Reasons(Sql sql, Scope allowed) {
    this.sql = sql;
    this.allowed = allowed;
  }

  private record Source(String application, String repository, String ref) {

    Unaffected because(Cause cause, Optional<String> cluster, String why) {
      return new Unaffected(application, cluster, cause, why);
    }
  }

  private record Remote(
      Optional<String> expected, Optional<String> pendingSince, Optional<String> unreadable) {}

  /** Returns the applications with a source in a changed repository that nothing was sent to. */
  List<Unaffected> unaffected(List<ChangeView> changes, List<GenerationView> affected) {
    Set<String> sent =
        affected.stream().map(GenerationView::application).collect(Collectors.toSet());
    Map<String, Set<String>> refs = new LinkedHashMap<>();
    for (ChangeView change : changes) {
      change
          .ref()
          .ifPresent(
              ref -> refs.computeIfAbsent(change.repository(), _ -> new HashSet<>()).add(ref));
    }
    List<Unaffected> unaffected = new ArrayList<>();
    refs.forEach(
        (repository, moved) ->
            sources(repository).stream()
                .filter(source -> !sent.contains(source.application()))
                .forEach(source -> unaffected.addAll(why(source, moved))));
    return unaffected;
  }

  /** Returns the visible refs that cannot be read; commits pushed to them are unknown. */
  List<String> unreadable() {
    Where where = new Where().and("unreadable_since IS NOT NULL").ref("ref", allowed);
    return sql.list(
        "SELECT * FROM ref" + where + " ORDER BY repository, ref LIMIT 10",
        row ->
            unreadable(
                row.text("repository"),
                row.text("ref"),
                row.time("unreadable_since").toString(),
                row.text("unreadable_reason")),
        where.values());
  }

  private static String unreadable(String repository, String ref, String since, String reason) {
    return "%s %s cannot be read since %s: %s".formatted(repository, ref, since, reason);
  }

  private List<Source> sources(String repository) {
    Where where =
        new Where()
            .and("repository = ? COLLATE NOCASE", repository)
            .application("application", allowed);
    return sql.list(
        "SELECT DISTINCT application, repository, ref FROM source"
            + where
            + " ORDER BY application",
        row -> new Source(row.text("application"), row.text("repository"), row.text("ref")),
        where.values());
  }

  private List<Unaffected> why(Source source, Set<String> moved) {
    GitRef followed = new GitRef(source.ref());
    if (moved.stream().noneMatch(ref -> followed.follows(new GitRef(ref)))) {
      return List.of(
          source.because(
              Cause.OTHER_REF,
              Optional.empty(),
              followed.versions().isEmpty()
                  ? "it follows " + followed + ", which did not move"
                  : "it follows %s, and %s is not a tag in that range"
                      .formatted(followed, String.join(", ", new TreeSet<>(moved)))));
    }
    Where where = new Where().and("application = ?", source.application()).in(allowed);
    List<Unaffected> found = new ArrayList<>(unreadableOrPending(source));
    sql.list(
            "SELECT * FROM shown_status"
                + where
                + " AND (held_by IS NOT NULL OR withheld_cause IS NOT NULL)",
            ApplicationStatus::read,
            where.values())
        .forEach(
            status ->
                found.add(
                    source.because(
                        Cause.HELD,
                        Optional.of(status.cluster()),
                        status
                            .hold()
                            .map(Reasons::held)
                            .or(() -> status.held().map(HeldView::reason))
                            .orElse(""))));
    sql
        .list(
            "SELECT * FROM dead_letter" + where + " AND closed_at IS NULL",
            DeadLetter::read,
            where.values())
        .stream()
        .filter(DeadLetter::concernsSource)
        .forEach(
            letter ->
                found.add(
                    source.because(
                        Cause.REFUSED,
                        letter.cluster(),
                        "its sources are refused: " + letter.message())));
    if (found.isEmpty()) {
      found.add(
          source.because(
              Cause.SAME,
              Optional.empty(),
              "no input of it differs from what was sent before, or a later commit was sent in its"
                  + " place"));
    }
    return found;
  }

  private static String held(HoldView hold) {
    return "%s by %s: %s"
        .formatted(
            hold.commit().map(commit -> "pinned to " + commit).orElse("suspended"),
            hold.by(),
            hold.reason());
  }

  /**
   * Returns the reasons why it is unknown whether inputs differ: the remote cannot be read, or the
   * commit is still pending.
   */
  private List<Unaffected> unreadableOrPending(Source source) {
    List<Remote> found =
        sql.list(
            "SELECT * FROM ref WHERE repository = ? AND ref = ?",
            row ->
                new Remote(
                    row.find("expected"),
                    row.findTime("pending_since").map(Object::toString),
                    row.findTime("unreadable_since").isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                            unreadable(
                                source.repository(),
                                source.ref(),
                                row.time("unreadable_since").toString(),
                                row.text("unreadable_reason")))),
            source.repository(),
            source.ref());
    return found.stream()
        .flatMap(
            remote ->
                remote
                    .unreadable()
                    .map(why -> source.because(Cause.UNREADABLE, Optional.empty(), why))
                    .or(
                        () ->
                            remote
                                .pendingSince()
                                .map(
                                    since ->
                                        source.because(
                                            Cause.PENDING,
                                            Optional.empty(),
                                            "the change is known since %s and not evaluated yet; Git is to show %s"
                                                .formatted(
                                                    since,
                                                    remote.expected().orElse("the ref's end")))))
                    .stream())
        .toList();
  }
}
