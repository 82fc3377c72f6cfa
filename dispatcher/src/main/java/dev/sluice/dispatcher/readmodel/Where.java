package dev.sluice.dispatcher.readmodel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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

  /** What is about a repository is shown to who may see an application that has a source there. */
  Where repositoryIn(Scope scope) {
    if (!scope.applications().isEmpty()) {
      Where sources = new Where().glob("application", scope.applications());
      conditions.add("repository IN (SELECT repository FROM source" + sources + ")");
      values.addAll(sources.values);
    }
    return this;
  }

  /** The values, and then these. */
  @Nullable Object[] values(@Nullable Object... more) {
    List<@Nullable Object> all = new ArrayList<>(values);
    Collections.addAll(all, more);
    return all.toArray();
  }

  /** {@code WHERE ...}, or nothing. */
  @Override
  public String toString() {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }
}
