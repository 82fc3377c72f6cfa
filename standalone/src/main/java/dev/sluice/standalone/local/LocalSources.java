package dev.sluice.standalone.local;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checkouts in place of the fleet's repositories, each at one commit. */
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

  private LocalSources() {}

  /**
   * Opens the checkouts.
   *
   * @param at revision of the checkout without a name; the others are at their HEAD
   */
  static LocalSources open(SettingValues values, Optional<String> at) {
    LocalSources sources = new LocalSources();
    try {
      for (String text : values.get(REPOSITORY)) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? "" : RepositoryId.parse(text.substring(0, equals)).toString();
        sources.add(name, Path.of(text.substring(equals + 1)), at);
      }
      if (!sources.byName.containsKey("")) {
        sources.add("", Path.of(""), at);
      }
      return sources;
    } catch (RuntimeException e) {
      sources.close();
      throw e;
    }
  }

  private void add(String name, Path directory, Optional<String> at) {
    LocalRepository repository = LocalRepository.open(directory);
    byName.put(name, repository);
    commits.put(repository, repository.commit(name.isEmpty() ? at.orElse("HEAD") : "HEAD"));
  }

  CommitId commit(SourceSpec source) {
    return commits.get(repository(source));
  }

  SourceTree tree(SourceSpec source) {
    return repository(source).tree(commit(source));
  }

  private LocalRepository repository(SourceSpec source) {
    return byName.getOrDefault(source.repository().toString(), byName.get(""));
  }

  @Override
  public void close() {
    byName.values().forEach(LocalRepository::close);
  }
}
