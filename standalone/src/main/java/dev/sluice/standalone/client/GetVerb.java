package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Listings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Lists apps, clusters, repositories or changes.")
final class GetVerb extends Verb {

  /** Kinds of things to list, with the words for them; the first one is shown. */
  enum Kind {
    apps,
    clusters,
    repositories,
    changes,
    /** An old spelling of the verb. */
    dead_letters;

    private List<String> words() {
      return switch (this) {
        case apps -> List.of("apps", "app", "application", "applications");
        case clusters -> List.of("clusters", "cluster");
        case repositories -> List.of("repositories", "repository", "repo", "repos");
        case changes -> List.of("changes", "change");
        case dead_letters -> List.of("dead-letters", "dead-letter");
      };
    }

    static Kind parse(String text) {
      return Arrays.stream(values())
          .filter(kind -> kind.words().contains(text.toLowerCase(Locale.ROOT)))
          .findFirst()
          .orElseThrow(
              () -> new ExitException(2, "expected get apps, clusters, repositories or changes"));
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "apps, clusters, repositories or changes, in singular or plural; or KIND/NAME")
  private String kind = "";

  @Parameters(
      index = "1..*",
      paramLabel = "NAME",
      arity = "0..*",
      description = "names or globs; not for changes")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--cluster",
      paramLabel = "GLOB",
      description = "only in these clusters; may be repeated; for apps and clusters")
  private List<String> clusters = new ArrayList<>();

  @Option(names = "--phase", description = "only applications in this phase; for apps")
  private Optional<String> phase = Optional.empty();

  @Option(names = "--sync", description = "only applications with this state; for apps")
  private Optional<String> sync = Optional.empty();

  @Option(names = "--health", description = "only applications with this health; for apps")
  private Optional<String> health = Optional.empty();

  @Option(
      names = "--repository",
      paramLabel = "HOST/PATH",
      description = "only this repository; for apps, repositories and changes")
  private Optional<String> repository = Optional.empty();

  @Option(names = "--limit", paramLabel = "N", description = "how many at most (default: 1000)")
  private int limit = 1000;

  @Option(
      names = {"-w", "--watch"},
      description = "list again at each event")
  private boolean watch;

  GetVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    int slash = kind.indexOf('/');
    if (slash > 0) {
      names.addFirst(kind.substring(slash + 1));
    }
    Kind wanted = Kind.parse(slash > 0 ? kind.substring(0, slash) : kind);
    check(wanted);
    int code = list(api, printer, wanted);
    if (watch) {
      api.renew();
      try (EventReader events = api.stream(new Query(), Optional.empty())) {
        while (events.next().isPresent()) {
          printer.line("");
          api.renew();
          list(api, printer, wanted);
        }
      }
      throw new ExitException(ExitException.UNREACHABLE, "the API has ended the stream");
    }
    return code;
  }

  /** Refuses options that the kind ignores: a filter must not be without effect. */
  private void check(Kind wanted) {
    if (limit < 1) {
      throw new ExitException(2, "expected --limit of at least 1");
    }
    refuse(wanted, "NAME", !names.isEmpty(), EnumSet.complementOf(EnumSet.of(Kind.changes)));
    refuse(
        wanted,
        "--cluster",
        !clusters.isEmpty(),
        EnumSet.of(Kind.apps, Kind.clusters, Kind.dead_letters));
    refuse(wanted, "--phase", phase.isPresent(), EnumSet.of(Kind.apps));
    refuse(wanted, "--sync", sync.isPresent(), EnumSet.of(Kind.apps));
    refuse(wanted, "--health", health.isPresent(), EnumSet.of(Kind.apps));
    refuse(
        wanted,
        "--repository",
        repository.isPresent(),
        EnumSet.of(Kind.apps, Kind.repositories, Kind.changes));
  }

  private static void refuse(Kind wanted, String option, boolean given, EnumSet<Kind> allowed) {
    if (given && !allowed.contains(wanted)) {
      throw new ExitException(2, "get %s takes no %s".formatted(wanted.words().getFirst(), option));
    }
  }

  /** Prints the list; returns 1 if a name has nothing. */
  private int list(Api api, Printer printer, Kind wanted) {
    Existence existence = new Existence(api, printer);
    List<String> given = repository.stream().toList();
    switch (wanted) {
      case apps -> {
        List<JsonNode> found =
            api.all(
                "/api/v1/applications",
                fleet()
                    .with("phase", phase)
                    .with("sync", sync)
                    .with("health", health)
                    .with("repository", repository),
                limit);
        printer.list(found, Listings.APPLICATIONS);
        existence.applications(names, found);
        if (found.isEmpty()) {
          existence.clusters(clusters);
          existence.repositories(given, given.isEmpty() ? List.of() : repositories(api));
        }
      }
      case clusters -> {
        List<String> globs = new ArrayList<>(names);
        globs.addAll(clusters);
        printer.list(
            api.get("/api/v1/clusters", new Query())
                .valueStream()
                .filter(one -> matches(globs, one.get("cluster").asText()))
                .limit(limit)
                .toList(),
            Listings.CLUSTERS);
        existence.clusters(globs);
      }
      case repositories -> {
        List<JsonNode> all = repositories(api);
        List<JsonNode> chosen =
            all.stream()
                .filter(one -> matches(names, one.get("repository").asText()))
                .filter(
                    one ->
                        repository
                            .filter(name -> !name.equalsIgnoreCase(one.get("repository").asText()))
                            .isEmpty())
                .limit(limit)
                .toList();
        printer.list(
            printer.isRaw() ? chosen : chosen.stream().flatMap(Listings::refs).toList(),
            Listings.REPOSITORIES);
        existence.repositories(names, all).repositories(given, all);
      }
      case changes -> {
        List<JsonNode> found =
            api.all("/api/v1/changes", new Query().with("repository", repository), limit);
        printer.list(found, Listings.CHANGES, Listings.CHANGE_ID);
        if (found.isEmpty() && !given.isEmpty()) {
          existence.repositories(given, repositories(api));
        }
      }
      case dead_letters ->
          printer.list(api.all("/api/v1/dead-letters", fleet(), limit), Listings.DEAD_LETTERS);
    }
    return existence.code();
  }

  private static List<JsonNode> repositories(Api api) {
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE);
  }

  /** Whether a glob with {@code *} and {@code ?} matches, as in the API; no globs match all. */
  private static boolean matches(List<String> globs, String name) {
    return globs.isEmpty()
        || globs.stream()
            .map(glob -> Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"))
            .anyMatch(name::matches);
  }

  private Query fleet() {
    return new Query().with("application", names).with("cluster", clusters);
  }
}
