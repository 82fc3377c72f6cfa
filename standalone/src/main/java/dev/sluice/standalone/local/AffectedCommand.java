package dev.sluice.standalone.local;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.dispatcher.fleet.FleetReader;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.affected.Comparison;
import dev.sluice.inputs.affected.Verdict;
import dev.sluice.inputs.affected.Verdict.Effect;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.standalone.cli.Visible;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * {@code sluice affected}: the applications that a change of a checkout affects. Generators of
 * ApplicationSets and FleetIncludes are evaluated at both commits.
 */
public final class AffectedCommand {

  /** Exit code if some inputs are refused at the newer commit. */
  static final int REFUSED = 3;

  /** Exit code if some of the fleet cannot be evaluated, and no inputs are refused. */
  static final int INCOMPLETE = 4;

  private static final Setting<String> FROM =
      Setting.text("from", "REVISION", "the older commit, as git names it").or("HEAD~1");
  private static final Setting<String> TO =
      Setting.text("to", "REVISION", "the newer commit, as git names it").or("HEAD");
  private static final Setting<FleetLocation> FLEET = FleetConfig.FLEET.or(".");
  private static final Setting<Optional<String>> NAME =
      Setting.text(
              "as",
              "NAME",
              "the fleet's Repository of this checkout (default: the one with its"
                  + " origin's URL, or the only one)")
          .optional();
  private static final Setting<Boolean> FETCH =
      Setting.flag(
          "fetch",
          "fetch what FleetIncludes, generators and policies name, by the URLs and with the"
              + " credentials that the fleet states: only for a fleet whose change is trusted"
              + " (default: other repositories are read from checkouts, and bases and charts"
              + " without credentials only)");
  private static final Setting<Boolean> VERBOSE =
      Setting.flag("verbose", "list applications that are not affected too");
  private static final Setting<Boolean> ALLOW_INCOMPLETE =
      Setting.flag(
          "allow-incomplete", "exit as usual although some of the fleet cannot be evaluated");
  private static final Setting<Output> OUTPUT =
      Setting.of("output", "table|json", "output format", Output::parse).or("table");

  private AffectedCommand() {}

  /** Output formats. */
  private enum Output {
    TABLE,
    JSON;

    static Output parse(String text) {
      return switch (text) {
        case "table" -> TABLE;
        case "json" -> JSON;
        default -> throw new IllegalArgumentException("expected table or json");
      };
    }
  }

  /**
   * The output in JSON.
   *
   * @param incomplete what could not be evaluated: there are no verdicts about it, or wrong ones
   */
  record Report(
      RepositoryId repository,
      CommitId from,
      CommitId to,
      List<Verdict> verdicts,
      List<Incomplete> incomplete) {}

  /**
   * A problem of the fleet because of which applications are missing, or are as they were.
   *
   * @param commits with which the fleet has it: the older, the newer or both
   */
  record Incomplete(String problem, List<CommitId> commits) {}

  public static Command command() {
    return new Command(
        "affected",
        "Lists the applications whose inputs differ between two commits of a checkout, with their"
            + " clusters and the changed paths, and those that ApplicationSets and FleetIncludes"
            + " add, change and remove by these commits. Exits with "
            + REFUSED
            + " if some inputs are refused at the newer commit, else with "
            + INCOMPLETE
            + " if some of the fleet cannot be evaluated, else with 0.",
        Stream.of(
                List.<Setting<?>>of(FROM, TO, ComparedSources.REPOSITORY, FLEET),
                FleetConfig.ACCESS,
                List.<Setting<?>>of(
                    NAME,
                    FETCH,
                    ALLOW_INCOMPLETE,
                    LocalRemotes.CACHE,
                    TrustedCertificates.SETTING,
                    VERBOSE,
                    OUTPUT))
            .<Setting<?>>flatMap(List::stream)
            .toList(),
        values -> run(values, System.out, System.err));
  }

  static int run(SettingValues values, PrintStream out, PrintStream err) throws IOException {
    try (LocalRemotes remotes = LocalRemotes.open(values);
        ComparedSources sources =
            ComparedSources.open(
                values.get(ComparedSources.REPOSITORY),
                Optional.of(remotes.mirrors()).filter(_ -> values.get(FETCH)))) {
      LocalRepository checkout = sources.checkout();
      Function<GeneratorTrees, FleetReading> fleet =
          FleetReader.fetched(FleetConfig.withAccess(values.get(FLEET), values), remotes.mirrors());
      RepositoryId repository =
          repository(fleet.apply(GeneratorTrees.NONE), checkout, values.get(NAME));
      CommitId from = checkout.commit(values.get(FROM));
      CommitId to = checkout.commit(values.get(TO));
      FleetReading before = fleet.apply(sources.at(repository, from));
      FleetReading after = fleet.apply(sources.at(repository, to));
      List<Incomplete> incomplete = incomplete(before, from, after, to);
      report(incomplete, from, to, err);
      Comparison comparison =
          new Comparison(
              repository,
              checkout.tree(from),
              checkout.tree(to),
              values.get(FETCH) ? remotes.resolver() : remotes.anonymousResolver());
      List<Verdict> all = verdicts(before, after, comparison);
      List<Verdict> shown =
          all.stream()
              .filter(one -> values.get(VERBOSE) || one.effect() != Effect.UNAFFECTED)
              .toList();
      switch (values.get(OUTPUT)) {
        case TABLE -> print(shown, all.size(), incomplete.size(), out);
        case JSON ->
            out.println(
                Visible.json(
                    Json.mapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(new Report(repository, from, to, shown, incomplete))));
      }
      if (all.stream().anyMatch(one -> one.effect() == Effect.REFUSED)) {
        return REFUSED;
      }
      return incomplete.isEmpty() || values.get(ALLOW_INCOMPLETE) ? 0 : INCOMPLETE;
    }
  }

  /** Returns what is wrong with the fleet at the commits, what is wrong at the newer one last. */
  private static List<Incomplete> incomplete(
      FleetReading before, CommitId from, FleetReading after, CommitId to) {
    Map<String, List<CommitId>> commits = new LinkedHashMap<>();
    Set<String> now = new LinkedHashSet<>(LocalFleet.problems(after));
    Set<String> old = new LinkedHashSet<>(LocalFleet.problems(before));
    old.stream().filter(one -> !now.contains(one)).forEach(one -> commits.put(one, List.of(from)));
    now.forEach(one -> commits.put(one, old.contains(one) ? List.of(from, to) : List.of(to)));
    return commits.entrySet().stream()
        .map(one -> new Incomplete(one.getKey(), one.getValue()))
        .toList();
  }

  private static void report(
      List<Incomplete> incomplete, CommitId from, CommitId to, PrintStream err) {
    for (Incomplete one : incomplete) {
      if (one.commits().contains(to)) {
        err.println("sluice: fleet: " + one.problem());
      } else {
        err.printf("sluice: fleet at %s: %s%n", from.abbreviated(), one.problem());
      }
    }
  }

  /** Returns the verdicts about all applications, sorted by name. */
  private static List<Verdict> verdicts(
      FleetReading before, FleetReading after, Comparison comparison) {
    Map<ApplicationName, Definition> old = byName(before);
    Map<ApplicationName, Definition> now = byName(after);
    for (ApplicationName kept : after.kept(old)) {
      Optional.ofNullable(old.get(kept)).ifPresent(definition -> now.put(kept, definition));
    }
    Set<ApplicationName> unknown = before.kept(now);
    unknown.removeAll(old.keySet());
    Set<ApplicationName> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    return names.stream()
        .flatMap(
            name ->
                comparison
                    .of(Optional.ofNullable(old.get(name)), Optional.ofNullable(now.get(name)))
                    .stream()
                    .map(one -> unknown.contains(name) ? one.ofUnknownBefore() : one))
        .toList();
  }

  private static Map<ApplicationName, Definition> byName(FleetReading fleet) {
    Map<ApplicationName, Definition> definitions = new HashMap<>();
    fleet.definitions().forEach(one -> definitions.put(one.application(), one));
    return definitions;
  }

  private static RepositoryId repository(
      FleetReading fleet, LocalRepository checkout, Optional<String> name) {
    List<FleetRepository> known = fleet.repositories();
    if (name.isPresent()) {
      return known.stream()
          .filter(one -> one.name().equals(name.get()))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "the fleet has no valid Repository named '%s'".formatted(name.get())))
          .id();
    }
    Optional<String> origin = checkout.origin();
    return known.stream()
        .filter(one -> origin.filter(url -> isClonedFrom(one, url)).isPresent())
        .map(FleetRepository::id)
        .findFirst()
        .or(() -> known.size() == 1 ? Optional.of(known.getFirst().id()) : Optional.empty())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "cannot tell which Repository of the fleet this checkout is of: give --as NAME, one of %s"
                        .formatted(known.stream().map(FleetRepository::name).toList())));
  }

  private static boolean isClonedFrom(FleetRepository repository, String url) {
    try {
      return url.equals(repository.url())
          || RepositoryId.fromUrl(url, repository.forge()).equals(repository.id());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void print(List<Verdict> shown, int all, int problems, PrintStream out) {
    for (Verdict one : shown) {
      String what =
          switch (one.effect()) {
            case ADDED -> "added";
            case REMOVED -> "removed";
            case AFFECTED -> "affected";
            case UNKNOWN -> "unknown";
            case UNAFFECTED -> "not affected";
            case REFUSED -> "refused";
          };
      out.printf("%-30s %-20s %s%n", one.application(), one.cluster(), what);
      one.failure().ifPresent(failure -> out.println("    " + Visible.block(failure.message())));
      one.failureBefore()
          .filter(_ -> one.failure().isEmpty())
          .ifPresent(
              failure -> out.println("    was refused: " + Visible.block(failure.message())));
      if (one.definition()) {
        out.println("    its definition differs");
      }
      one.paths().forEach(path -> out.println("    " + Visible.line(path)));
      one.warnings().forEach(warning -> out.println("    warning: " + Visible.line(warning)));
    }
    out.printf(
        "%d affected, %s%s%s%d refused, of %d%s%n",
        count(shown, Effect.AFFECTED),
        some(shown, Effect.ADDED, "added"),
        some(shown, Effect.REMOVED, "removed"),
        some(shown, Effect.UNKNOWN, "unknown"),
        count(shown, Effect.REFUSED),
        all,
        switch (problems) {
          case 0 -> "";
          case 1 -> ", incomplete: 1 problem";
          default -> ", incomplete: %d problems".formatted(problems);
        });
  }

  /** Returns how many there are, or nothing if there are none. */
  private static String some(List<Verdict> shown, Effect effect, String word) {
    long number = count(shown, effect);
    return number == 0 ? "" : "%d %s, ".formatted(number, word);
  }

  private static long count(List<Verdict> shown, Effect effect) {
    return shown.stream().filter(one -> one.effect() == effect).count();
  }
}
