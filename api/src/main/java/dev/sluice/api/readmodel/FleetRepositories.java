package dev.sluice.api.readmodel;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The repositories that a fleet reads, besides the sources of its applications.
 *
 * @param own the repository that the fleet is in
 * @param reads refs that its ApplicationSets and FleetIncludes read
 */
record FleetRepositories(Optional<RepositoryId> own, List<Heartbeat.ReadRef> reads) {

  static final FleetRepositories NONE = new FleetRepositories(Optional.empty(), List.of());

  static FleetRepositories of(Heartbeat.Fleet fleet) {
    return new FleetRepositories(fleet.repository(), fleet.reads().orElse(List.of()));
  }

  /** Returns all repositories. */
  List<String> all() {
    return Stream.concat(own.stream(), reads.stream().map(Heartbeat.ReadRef::repository))
        .map(RepositoryId::value)
        .distinct()
        .toList();
  }

  /** Returns all repositories as a JSON array, for SQL. */
  String json() {
    try {
      return Json.mapper().writeValueAsString(all());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write names of repositories", e);
    }
  }

  /** Returns whether the fleet is in a repository. */
  boolean isOwn(String repository) {
    return own.filter(one -> one.value().equalsIgnoreCase(repository)).isPresent();
  }

  /** Returns what reads a ref of a repository, or any ref of it if none is given. */
  List<String> readers(String repository, Optional<String> ref) {
    return reads.stream()
        .filter(one -> one.repository().value().equalsIgnoreCase(repository))
        .filter(one -> ref.isEmpty() || ref.get().equals(one.ref().value()))
        .flatMap(one -> one.by().stream())
        .distinct()
        .sorted()
        .toList();
  }
}
