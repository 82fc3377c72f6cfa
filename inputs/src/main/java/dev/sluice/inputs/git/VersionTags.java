package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.version.SemanticVersion;
import dev.sluice.contract.version.VersionRange;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Resolution of a range of versions over the tags of a repository. */
final class VersionTags {

  /** Maximum number of lists that are read if each chosen tag is deleted before it is fetched. */
  private static final int ATTEMPTS = 3;

  private VersionTags() {}

  /**
   * Fetches the newest tag whose version is in a range.
   *
   * @param expected the value of a tag that an event announced. Until the repository lists it, the
   *     list may be older than the event. Repositories of artifacts list no values, and nothing is
   *     awaited there: only a poll, which has read the artifact, announces its commit.
   */
  static FetchOutcome fetch(
      Repositories repositories,
      SourceSpec source,
      VersionRange range,
      Optional<CommitId> expected) {
    FetchOutcome.Failed withdrawn =
        new FetchOutcome.Failed(
            SourceFailure.REPOSITORY_UNREADABLE,
            "the tags of %s change faster than they can be read".formatted(source.repository()),
            /* retryable= */ true);
    for (int i = 0; i < ATTEMPTS; i++) {
      Map<String, Set<CommitId>> tags;
      Optional<CommitId> awaited;
      switch (repositories.tags(source)) {
        case TagList.Unreadable unreadable -> {
          return unreadable.failed();
        }
        case TagList.Listed listed -> {
          tags = listed.tags();
          awaited = expected;
        }
        case TagList.Versions(Set<String> names) -> {
          tags = names.stream().collect(Collectors.toMap(Function.identity(), _ -> Set.of()));
          awaited = Optional.empty();
        }
      }
      if (awaited.isPresent()
          && tags.values().stream().noneMatch(ids -> ids.contains(awaited.get()))) {
        return new FetchOutcome.NotYet(Optional.empty());
      }
      Optional<SemanticVersion> chosen = range.newest(tags.keySet());
      if (chosen.isEmpty()) {
        return new FetchOutcome.Gone(
            SemanticVersion.newest(tags.keySet()).map(SemanticVersion::text));
      }
      String tag = chosen.get().text();
      Optional<CommitId> value = awaited.filter(tags.getOrDefault(tag, Set.of())::contains);
      switch (repositories.fetchRef(source, GitRef.tag(tag), value)) {
        case FetchOutcome.At at -> {
          return new FetchOutcome.At(at.head(), Optional.of(tag));
        }
        case FetchOutcome.Gone _ -> {
          // the next list does not have it
        }
        case FetchOutcome.Failed failed when failed.code() == SourceFailure.VERSION_MISSING ->
            withdrawn = failed;
        case FetchOutcome.NotYet notYet -> {
          return notYet;
        }
        case FetchOutcome.Failed failed -> {
          return failed;
        }
      }
    }
    return withdrawn;
  }
}
