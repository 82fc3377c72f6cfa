package dev.sluice.api.readmodel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The conditions of a question, with their values; all of them have to hold. */
final class Where {

  private final List<String> conditions = new ArrayList<>();
  private final List<@Nullable Object> values = new ArrayList<>();

  Where and(String condition, @Nullable Object... more) {
    conditions.add(condition);
    Collections.addAll(values, more);
    return this;
  }

  /** The condition only if there is a value. */
  Where when(String condition, Optional<?> value) {
    value.ifPresent(
        given -> {
          conditions.add(condition);
          values.add(given);
        });
    return this;
  }

  /** One of the globs has to match, if there is any. */
  Where glob(String column, List<String> globs) {
    if (!globs.isEmpty()) {
      conditions.add(
          "(" + String.join(" OR ", Collections.nCopies(globs.size(), column + " GLOB ?")) + ")");
      values.addAll(globs);
    }
    return this;
  }

  Where in(Scope scope) {
    return glob("application", scope.applications()).glob("cluster", scope.clusters());
  }

  /** An application is seen by its name, in one of the clusters that are seen. */
  Where application(String column, Scope scope) {
    glob(column, scope.applications());
    if (!scope.clusters().isEmpty()) {
      Where there = new Where().glob("cluster", scope.clusters());
      conditions.add("%s IN (SELECT application FROM status%s)".formatted(column, there));
      values.addAll(there.values);
    }
    return this;
  }

  /** A cluster is seen by its name, and by an application there that is seen. */
  Where cluster(String column, Scope scope) {
    glob(column, scope.clusters());
    if (!scope.applications().isEmpty()) {
      Where there = new Where().in(scope);
      conditions.add("%s IN (SELECT cluster FROM status%s)".formatted(column, there));
      values.addAll(there.values);
    }
    return this;
  }

  /** A ref is seen by an application that is seen and has a source on it. */
  Where ref(String table, Scope scope) {
    Where sources =
        new Where()
            .and("%s.repository = source.repository".formatted(table))
            .and("source.ref = %s.ref".formatted(table))
            .application("source.application", scope);
    return and("EXISTS (SELECT 1 FROM source" + sources + ")", sources.values());
  }

  /**
   * A row of {@code change} is seen by the application that it is about; if it is about none, by
   * one with a source on its ref, or in its repository. What homes tell each other names the
   * repositories of others.
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

  /** A row of {@code command} is seen by its application, in one of the clusters that it is for. */
  Where command(Scope scope) {
    application("application", scope);
    if (!scope.clusters().isEmpty()) {
      Where there = new Where().glob("value", scope.clusters());
      and(
          "(clusters = '[]' OR EXISTS (SELECT 1 FROM json_each(clusters)" + there + "))",
          there.values());
    }
    return this;
  }

  /** The values, and then these. */
  @Nullable Object[] values(@Nullable Object... more) {
    List<@Nullable Object> all = new ArrayList<>(values);
    Collections.addAll(all, more);
    return all.toArray();
  }

  /** The conditions alone. */
  String text() {
    return String.join(" AND ", conditions);
  }

  /** {@code WHERE ...}, or nothing. */
  @Override
  public String toString() {
    return conditions.isEmpty() ? "" : " WHERE " + text();
  }
}
