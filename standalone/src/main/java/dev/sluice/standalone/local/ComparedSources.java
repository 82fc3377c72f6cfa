package dev.sluice.standalone.local;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.dispatcher.generate.GeneratorTrees.Answer;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.platform.config.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The checkout of which two commits are compared, and the other repositories that generators and
 * includes read: checkouts at their HEAD, or else fetched at their refs if that is permitted.
 */
final class ComparedSources implements AutoCloseable {

  static final Setting<List<String>> REPOSITORY =
      Setting.list(
          "repository",
          "DIR|HOST/PATH=DIR",
          "a checkout, or bare clone, of the repository (default: the current directory); with a"
              + " name, one of another repository that FleetIncludes and generators of"
              + " ApplicationSets read at its HEAD (default: fetched with --fetch, else not read)",
          text -> text);

  private final Optional<Mirrors> mirrors;
  private final List<LocalRepository> open = new ArrayList<>();
  private final Map<String, LocalRepository> others = new HashMap<>();
  private final Map<GeneratorSource, Answer> fetched = new HashMap<>();
  private Optional<LocalRepository> checkout = Optional.empty();

  private ComparedSources(Optional<Mirrors> mirrors) {
    this.mirrors = mirrors;
  }

  /**
   * Opens the checkouts.
   *
   * @param given as for {@link #REPOSITORY}
   * @param mirrors what is given by no checkout is fetched to; empty if nothing may be fetched
   */
  static ComparedSources open(List<String> given, Optional<Mirrors> mirrors) {
    ComparedSources sources = new ComparedSources(mirrors);
    try {
      given.forEach(sources::add);
      if (sources.checkout.isEmpty()) {
        sources.add("");
      }
      return sources;
    } catch (RuntimeException e) {
      sources.close();
      throw e;
    }
  }

  private void add(String given) {
    int equals = given.indexOf('=');
    if (equals < 0 && checkout.isPresent()) {
      throw new IllegalArgumentException(
          "--repository '%s': only one checkout is compared: give others as HOST/PATH=DIR"
              .formatted(given));
    }
    LocalRepository opened = LocalRepository.open(Path.of(given.substring(equals + 1)));
    open.add(opened);
    if (equals < 0) {
      checkout = Optional.of(opened);
    } else {
      others.put(RepositoryId.parse(given.substring(0, equals)).key(), opened);
    }
  }

  /** Returns the checkout of which two commits are compared. */
  LocalRepository checkout() {
    return checkout.orElseThrow();
  }

  /**
   * Returns the repositories as generators see them, whatever ref they follow in a checkout.
   *
   * @param repository that the compared checkout is of
   * @param commit of the compared checkout
   */
  GeneratorTrees at(RepositoryId repository, CommitId commit) {
    return source -> {
      RepositoryId wanted = source.repository().repository();
      if (wanted.key().equals(repository.key())) {
        return at(checkout(), commit);
      }
      LocalRepository other = others.get(wanted.key());
      return other == null
          ? fetched.computeIfAbsent(source, this::fetch)
          : at(other, other.commit("HEAD"));
    };
  }

  private static Answer at(LocalRepository repository, CommitId commit) {
    return new Answer.At(commit, repository.tree(commit));
  }

  private Answer fetch(GeneratorSource source) {
    return mirrors
        .map(to -> fetch(source, to))
        .orElseGet(
            () ->
                new Answer.Unavailable(
                    "give a checkout by --repository %s=DIR, or --fetch if the fleet's URLs and credentials are trusted"
                        .formatted(source.repository().repository())));
  }

  private static Answer fetch(GeneratorSource source, Mirrors mirrors) {
    return switch (mirrors.fetch(source.repository(), source.ref(), Optional.empty())) {
      case FetchOutcome.At at ->
          new Answer.At(at.head(), mirrors.tree(source.repository().repository(), at.head()));
      case FetchOutcome.Gone _, FetchOutcome.NotYet _ ->
          new Answer.Unavailable("the repository has no ref " + source.ref());
      case FetchOutcome.Failed failed -> new Answer.Unavailable(failed.reason());
    };
  }

  @Override
  public void close() {
    // not a method reference, which would load JGit for commands that open no checkout
    for (LocalRepository repository : open) {
      repository.close();
    }
  }
}
