package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.Printer.Column;
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

  static final List<Column> APPLICATIONS =
      List.of(
          Column.of("APPLICATION", "/application"),
          Column.of("CLUSTER", "/cluster"),
          Column.of("SYNC", "/sync"),
          Column.of("HEALTH", "/health/value"),
          new Column("HELD", false, GetVerb::held),
          new Column("BEHIND", false, GetVerb::behind),
          Column.of("GENERATION", "/generation"),
          Column.commit("COMMIT", "/commit"),
          Column.commit("APPLIED", "/applied/commit"),
          Column.of("CAUSE", "/code"),
          Column.wide("PHASE", "/phase"),
          Column.wide("SINCE", "/since"),
          Column.wide("DRIFTED BY", "/drift/by"),
          Column.wide("RENDERED BY", "/applied/renderer"),
          Column.wide("UNHEALTHY", "/health/reason"),
          Column.wide("MESSAGE", "/message"));
  static final List<Column> DEAD_LETTERS =
      List.of(
          Column.of("ENTRY", "/entry"),
          Column.of("CAUSE", "/code"),
          Column.of("STAGE", "/stage"),
          Column.of("OBJECT", "/object"),
          Column.of("ATTEMPTS", "/attempts"),
          Column.of("OPENED", "/openedAt"),
          Column.of("CLOSED", "/closedReason"),
          Column.wide("MESSAGE", "/message"));
  private static final Column CHANGE_ID = Column.wide("ID", "/id");
  private static final List<Column> CHANGES =
      List.of(
          Column.of("AT", "/at"),
          Column.of("TYPE", "/type"),
          Column.of("REPOSITORY", "/repository"),
          Column.of("REF", "/ref"),
          Column.commit("COMMIT", "/commit"),
          Column.of("ACTOR", "/actor"),
          Column.of("ORIGIN", "/origin"),
          Column.wide("DELIVERY", "/delivery"),
          Column.wide("TITLE", "/title"),
          CHANGE_ID);
  private static final List<Column> CLUSTERS =
      List.of(
          Column.of("CLUSTER", "/cluster"),
          Column.of("APPLICATIONS", "/applications"),
          Column.of("LAST RESULT", "/lastResultAt"),
          Column.wide("WORKER", "/worker"),
          Column.wide("HELLO", "/helloAt"));
  private static final List<Column> REPOSITORIES =
      List.of(
          Column.of("REPOSITORY", "/repository"),
          Column.of("APPLICATIONS", "/applications"),
          Column.of("REF", "/refs/0/ref"),
          Column.commit("HEAD", "/refs/0/head"),
          Column.commit("EXPECTED", "/refs/0/expected"),
          new Column("UNREADABLE SINCE", false, one -> unreadable(one, "unreadableSince")),
          Column.wide("LAST READ", "/refs/0/readAt"),
          new Column("CAUSE", true, one -> unreadable(one, "unreadableCode")),
          Column.wide("RENAMED TO", "/movedTo"),
          new Column("WHY", true, one -> unreadable(one, "unreadableReason")),
          Column.of("LAST CHANGE", "/lastChangeAt"));

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
        printer.list(found, APPLICATIONS);
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
            CLUSTERS);
        existence.clusters(globs);
      }
      case repositories -> {
        List<JsonNode> all = repositories(api);
        printer.list(
            all.stream()
                .filter(one -> matches(names, one.get("repository").asText()))
                .filter(
                    one ->
                        repository
                            .filter(name -> !name.equalsIgnoreCase(one.get("repository").asText()))
                            .isEmpty())
                .limit(limit)
                .toList(),
            REPOSITORIES);
        existence.repositories(names, all).repositories(given, all);
      }
      case changes -> {
        List<JsonNode> found =
            api.all("/api/v1/changes", new Query().with("repository", repository), limit);
        printer.list(found, CHANGES, CHANGE_ID);
        if (found.isEmpty() && !given.isEmpty()) {
          existence.repositories(given, repositories(api));
        }
      }
      case dead_letters ->
          printer.list(api.all("/api/v1/dead-letters", fleet(), limit), DEAD_LETTERS);
    }
    return existence.code();
  }

  private static List<JsonNode> repositories(Api api) {
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE);
  }

  /** Returns what keeps the revision in Git from being applied. */
  static String held(JsonNode status) {
    String what = Printer.text(status.at("/held/what"));
    JsonNode commit = status.at("/held/commit");
    return commit.isTextual() ? what + " to " + commit.asText().substring(0, 10) : what;
  }

  /** Returns the number of commits that are not applied; a question mark if it is unknown. */
  private static String behind(JsonNode status) {
    JsonNode behind = status.path("behind");
    return behind.isNumber() ? (behind.asLong() == 0 ? "-" : behind.asText()) : "?";
  }

  /** Returns a field of the first ref of a repository that cannot be read. */
  private static String unreadable(JsonNode repository, String field) {
    return repository
        .get("refs")
        .valueStream()
        .filter(ref -> ref.hasNonNull("unreadableSince"))
        .findFirst()
        .map(ref -> Printer.text(ref.path(field)))
        .orElse("-");
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
