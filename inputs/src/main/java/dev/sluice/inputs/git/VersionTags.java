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

/** Resolution of a range of versions over the tags of a repository. */
final class VersionTags {

  /** Number of lists whose chosen tag was deleted before it was fetched. */
  private static final int ATTEMPTS = 3;

  private VersionTags() {}

  /**
   * Fetches the newest tag whose version is in a range.
   *
   * @param expected the value of a tag that an event announced. Until the repository lists it, the
   *     list may be older than the event.
   */
  static FetchOutcome fetch(
      Repositories repositories,
      SourceSpec source,
      VersionRange range,
      Optional<CommitId> expected) {
    for (int i = 0; i < ATTEMPTS; i++) {
      Map<String, Set<CommitId>> tags;
      switch (repositories.tags(source)) {
        case TagList.Unreadable unreadable -> {
          return unreadable.failed();
        }
        case TagList.Listed listed -> tags = listed.tags();
      }
      if (expected.isPresent()
          && tags.values().stream().noneMatch(ids -> ids.contains(expected.get()))) {
        return new FetchOutcome.NotYet(Optional.empty());
      }
      Optional<SemanticVersion> chosen = range.newest(tags.keySet());
      if (chosen.isEmpty()) {
        return new FetchOutcome.Gone(
            SemanticVersion.newest(tags.keySet()).map(SemanticVersion::text));
      }
      String tag = chosen.get().text();
      Optional<CommitId> value = expected.filter(tags.getOrDefault(tag, Set.of())::contains);
      FetchOutcome outcome = repositories.fetchRef(source, GitRef.tag(tag), value);
      if (outcome instanceof FetchOutcome.At at) {
        return new FetchOutcome.At(at.head(), Optional.of(tag));
      }
      if (!(outcome instanceof FetchOutcome.Gone)) {
        return outcome;
      }
    }
    return new FetchOutcome.Failed(
        SourceFailure.REPOSITORY_UNREADABLE,
        "the tags of %s change faster than they can be read".formatted(source.repository()),
        /* retryable= */ true);
  }
}
