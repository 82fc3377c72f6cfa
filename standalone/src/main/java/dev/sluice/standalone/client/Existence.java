package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Check of names that a list was asked for. An empty list is a success; a name that nothing has is
 * a failure.
 */
final class Existence {

  private final Api api;
  private final Printer printer;
  private boolean isComplete = true;

  Existence(Api api, Printer printer) {
    this.api = api;
    this.printer = printer;
  }

  /** Checks that the applications exist, except those that were found. */
  Existence applications(List<String> names, Collection<JsonNode> found) {
    Set<String> known = texts(found.stream(), "application");
    exact(names)
        .filter(name -> !known.contains(name))
        .filter(name -> api.find("/api/v1/applications/" + Api.encoded(name)).isEmpty())
        .forEach(name -> missing("there is no application " + name));
    return this;
  }

  /** Checks that the clusters exist. */
  Existence clusters(List<String> names) {
    return clusters(names, List.of());
  }

  /** Checks that the clusters exist, except those that were found. */
  Existence clusters(List<String> names, Collection<JsonNode> found) {
    Set<String> seen = new HashSet<>(texts(found.stream(), "cluster"));
    found.forEach(one -> one.path("clusters").forEach(cluster -> seen.add(cluster.asText())));
    List<String> unseen = exact(names).filter(name -> !seen.contains(name)).toList();
    if (!unseen.isEmpty()) {
      Set<String> known = texts(api.get("/api/v1/clusters", new Query()).valueStream(), "cluster");
      unseen.stream()
          .filter(name -> !known.contains(name))
          .forEach(name -> missing("there is no cluster " + name));
    }
    return this;
  }

  /** Checks that the fleet has the repositories, which the API lists. */
  Existence repositories(List<String> names, Collection<JsonNode> all) {
    Set<String> known =
        all.stream()
            .map(one -> one.path("repository").asText().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    exact(names)
        .filter(name -> !known.contains(name.toLowerCase(Locale.ROOT)))
        .forEach(name -> missing("no application has a source in " + name));
    return this;
  }

  /** Returns the exit code. */
  int code() {
    return isComplete ? 0 : 1;
  }

  /** Returns the names that are not globs. */
  static Stream<String> exact(List<String> names) {
    return names.stream().filter(name -> name.indexOf('*') < 0 && name.indexOf('?') < 0);
  }

  private void missing(String message) {
    isComplete = false;
    printer.message(message);
  }

  private static Set<String> texts(Stream<JsonNode> items, String field) {
    return items.map(one -> one.path(field).asText()).collect(Collectors.toSet());
  }
}
