package dev.sluice.standalone.local;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.version.VersionRange;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checkouts in place of the fleet's repositories, each at one commit. Charts and OCI artifacts are
 * downloaded, unless a checkout is given for them.
 */
final class LocalSources implements AutoCloseable {

  static final Setting<List<String>> REPOSITORY =
      Setting.list(
          "repository",
          "DIR|HOST/PATH=DIR",
          "a checkout of that repository, or of all repositories that are not named (default:"
              + " the current directory)",
          text -> text);

  private final Map<String, LocalRepository> byName = new HashMap<>();
  private final Map<LocalRepository, CommitId> commits = new HashMap<>();
  private final Map<RefKey, Downloaded> downloads = new HashMap<>();

  /** The files of a chart or OCI artifact. */
  private record Downloaded(CommitId commit, SourceTree tree) {}

  /** A directory whose checkout is added when a generator needs one. */
  private Optional<Path> fleet = Optional.empty();

  private LocalSources() {}

  /**
   * Opens the checkouts.
   *
   * @param at revision of the checkout without a name; the others are at their HEAD
   */
  static LocalSources open(SettingValues values, Optional<String> at) {
    LocalSources sources = new LocalSources();
    try {
      sources.addGiven(values.get(REPOSITORY), at);
      if (!sources.byName.containsKey("")) {
        sources.add("", Path.of(""), at);
      }
      return sources;
    } catch (RuntimeException e) {
      sources.close();
      throw e;
    }
  }

  /**
   * Opens the checkouts that are given by option, and, once a generator needs a checkout, the one
   * that the fleet's directory is in.
   *
   * @param given as for {@link #REPOSITORY}
   * @param fleet a directory
   */
  static LocalSources openGiven(List<String> given, Path fleet) {
    LocalSources sources = new LocalSources();
    try {
      sources.addGiven(given, Optional.empty());
      sources.fleet = Optional.of(fleet);
      return sources;
    } catch (RuntimeException e) {
      sources.close();
      throw e;
    }
  }

  private void addGiven(List<String> given, Optional<String> at) {
    for (String text : given) {
      int equals = text.indexOf('=');
      String name = equals < 0 ? "" : RepositoryId.parse(text.substring(0, equals)).toString();
      add(name, Path.of(text.substring(equals + 1)), at);
    }
  }

  /** Adds the checkout that the fleet's directory is in, by the name of its remote. */
  private void addFleet(Path directory) {
    try (LocalRepository found = LocalRepository.open(directory)) {
      String name = RepositoryId.fromUrl(found.origin().orElse("")).toString();
      if (!byName.containsKey(name)) {
        add(name, directory, Optional.empty());
      }
    } catch (MirrorException | IllegalArgumentException e) {
      // the directory is in no checkout, or in one of no known repository, or without a commit
    }
  }

  private void add(String name, Path directory, Optional<String> at) {
    LocalRepository repository = LocalRepository.open(directory);
    try {
      commits.put(repository, repository.commit(name.isEmpty() ? at.orElse("HEAD") : "HEAD"));
    } catch (RuntimeException e) {
      repository.close();
      throw e;
    }
    byName.put(name, repository);
  }

  /**
   * Downloads the charts and OCI artifacts among sources.
   *
   * @return why one of them is not available; empty if all are
   */
  Optional<FetchOutcome.Failed> download(List<SourceSpec> sources, Mirrors mirrors) {
    for (SourceSpec source : sources) {
      if (source.artifact().isPresent() && !byName.containsKey(source.repository().toString())) {
        switch (mirrors.fetch(source, source.ref(), Optional.empty())) {
          case FetchOutcome.At(CommitId head, Optional<String> _) ->
              downloads.put(
                  RefKey.of(source), new Downloaded(head, mirrors.tree(source.repository(), head)));
          case FetchOutcome.Failed failed -> {
            return Optional.of(failed);
          }
          case FetchOutcome.Gone gone -> {
            return Optional.of(noVersion(source, gone));
          }
          case FetchOutcome.NotYet _ ->
              throw new IllegalStateException("no commit of an artifact is expected");
        }
      }
    }
    return Optional.empty();
  }

  private static FetchOutcome.Failed noVersion(SourceSpec source, FetchOutcome.Gone gone) {
    return new FetchOutcome.Failed(
        SourceFailure.NO_MATCHING_VERSION,
        "%s has no version in the range '%s'%s: publish one, or correct 'version' of the source"
            .formatted(
                source.repository(),
                source.ref().versions().map(VersionRange::toString).orElse(source.ref().value()),
                gone.newest().map(", its newest is %s"::formatted).orElse("")),
        /* retryable= */ false);
  }

  CommitId commit(SourceSpec source) {
    Downloaded downloaded = downloads.get(RefKey.of(source));
    return downloaded == null ? commits.get(repository(source)) : downloaded.commit();
  }

  SourceTree tree(SourceSpec source) {
    Downloaded downloaded = downloads.get(RefKey.of(source));
    return downloaded == null ? repository(source).tree(commit(source)) : downloaded.tree();
  }

  /** Returns the checkouts as generators see them, whatever ref they follow. */
  GeneratorTrees generatorTrees() {
    return source -> {
      fleet.ifPresent(this::addFleet);
      fleet = Optional.empty();
      LocalRepository repository =
          byName.getOrDefault(source.repository().repository().toString(), byName.get(""));
      if (repository == null) {
        return new GeneratorTrees.Answer.NotGiven();
      }
      CommitId commit = commits.get(repository);
      return new GeneratorTrees.Answer.At(commit, repository.tree(commit));
    };
  }

  private LocalRepository repository(SourceSpec source) {
    return byName.getOrDefault(source.repository().toString(), byName.get(""));
  }

  @Override
  public void close() {
    // not a method reference, which would load JGit for commands that open no checkout
    for (LocalRepository repository : byName.values()) {
      repository.close();
    }
  }
}
