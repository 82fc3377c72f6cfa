package dev.sluice.api.readmodel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Conditions of a query, with their values; all of them have to hold. */
final class Where {

  private final List<String> conditions = new ArrayList<>();
  private final List<@Nullable Object> values = new ArrayList<>();

  Where and(String condition, @Nullable Object... more) {
    conditions.add(condition);
    Collections.addAll(values, more);
    return this;
  }

  /** Adds the condition if there is a value. */
  Where when(String condition, Optional<?> value) {
    value.ifPresent(
        given -> {
          conditions.add(condition);
          values.add(given);
        });
    return this;
  }

  /** Requires that one of the globs matches, if there are any. */
  Where glob(String column, List<String> globs) {
    if (!globs.isEmpty() && globs.stream().noneMatch(Where::isPattern)) {
      conditions.add( // unlike GLOB, it uses an index
          "%s IN (%s)"
              .formatted(column, String.join(", ", Collections.nCopies(globs.size(), "?"))));
      values.addAll(globs);
    } else if (!globs.isEmpty()) {
      conditions.add(
          "(" + String.join(" OR ", Collections.nCopies(globs.size(), column + " GLOB ?")) + ")");
      values.addAll(globs);
    }
    return this;
  }

  private static boolean isPattern(String glob) {
    return glob.chars().anyMatch(character -> "*?[".indexOf(character) >= 0);
  }

  Where in(Scope scope) {
    return glob("application", scope.applications()).glob("cluster", scope.clusters());
  }

  /** Restricts applications to the scope: by name, and by having a status in a visible cluster. */
  Where application(String column, Scope scope) {
    glob(column, scope.applications());
    if (!scope.clusters().isEmpty()) {
      Where there = new Where().glob("cluster", scope.clusters());
      conditions.add("%s IN (SELECT application FROM status%s)".formatted(column, there));
      values.addAll(there.values);
    }
    return this;
  }

  /** Restricts clusters to the scope: by name, and by having a visible application. */
  Where cluster(String column, Scope scope) {
    glob(column, scope.clusters());
    if (!scope.applications().isEmpty()) {
      Where there = new Where().in(scope);
      conditions.add("%s IN (SELECT cluster FROM status%s)".formatted(column, there));
      values.addAll(there.values);
    }
    return this;
  }

  /** Restricts refs to those on which a visible application has a source. */
  Where ref(String table, Scope scope) {
    Where sources =
        new Where()
            .and("%s.repository = source.repository".formatted(table))
            .and("follows(source.ref, %s.ref)".formatted(table))
            .application("source.application", scope);
    return and("EXISTS (SELECT 1 FROM source" + sources + ")", sources.values());
  }

  /**
   * Restricts rows of {@code change} to the scope: by their application, or, if they have none, by
   * an application with a source on the ref or in the repository. Events between partitions of the
   * dispatcher name repositories of other applications.
   */
  Where change(Scope scope) {
    if (scope.isAll()) {
      return this;
    }
    Where about =
        new Where().and("change.application IS NOT NULL").application("change.application", scope);
    if (!scope.clusters().isEmpty()) {
      Where there = new Where().glob("change.cluster", scope.clusters());
      about.and("(change.cluster IS NULL OR " + there.text() + ")", there.values());
    }
    Where onRef = new Where().ref("change", scope);
    Where sources = new Where().application("application", scope);
    Where inRepository =
        new Where()
            .and("(change.ref IS NULL OR change.type = 'default-branch-changed')")
            .and(
                "change.repository IN (SELECT repository FROM source" + sources + ")",
                sources.values());
    return and(
        """
        ((%s) OR (change.application IS NULL AND change.type NOT IN ('readers-accepted', 'ref-forwarded')
          AND ((%s) OR (%s))))\
        """
            .formatted(about.text(), onRef.text(), inRepository.text()),
        Stream.of(about, onRef, inRepository).flatMap(one -> one.values.stream()).toArray());
  }

  /**
   * Restricts rows of {@code command} to the scope: by application, and by one of the command's
   * clusters.
   */
  Where command(Scope scope) {
    return application("application", scope).commandTo(scope.clusters());
  }

  /** Selects rows of {@code command} that concern these applications and clusters. */
  Where commandIn(Scope selected) {
    return glob("application", selected.applications()).commandTo(selected.clusters());
  }

  /** Requires one of the clusters; a command without clusters concerns all of them. */
  private Where commandTo(List<String> clusters) {
    if (!clusters.isEmpty()) {
      Where there = new Where().glob("value", clusters);
      and(
          "(clusters = '[]' OR EXISTS (SELECT 1 FROM json_each(clusters)" + there + "))",
          there.values());
    }
    return this;
  }

  /** Returns the values, followed by these. */
  @Nullable Object[] values(@Nullable Object... more) {
    List<@Nullable Object> all = new ArrayList<>(values);
    Collections.addAll(all, more);
    return all.toArray();
  }

  /** Returns the conditions without the keyword. */
  String text() {
    return String.join(" AND ", conditions);
  }

  /** Returns {@code WHERE ...}, or an empty text. */
  @Override
  public String toString() {
    return conditions.isEmpty() ? "" : " WHERE " + text();
  }
}
