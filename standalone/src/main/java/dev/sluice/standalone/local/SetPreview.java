package dev.sluice.standalone.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.dispatcher.fleet.GeneratedSets;
import dev.sluice.standalone.cli.Visible;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The applications that an ApplicationSet generates.
 *
 * @param complete whether the set was evaluated without a problem
 */
record SetPreview(String set, boolean complete, List<Generated> applications) {

  /**
   * An application.
   *
   * @param valid false if it has a problem; then it keeps the definition that it has in the fleet
   * @param overrides indexes of those that apply to it
   * @param namespace absent if it is not valid
   */
  record Generated(
      ApplicationName name,
      boolean valid,
      String element,
      List<Integer> overrides,
      List<ClusterName> clusters,
      Optional<String> namespace,
      List<Source> sources) {}

  /** Where manifests are from. */
  record Source(RepositoryId repository, String ref, String path) {

    static Source of(SourceSpec spec) {
      return new Source(
          spec.repository(),
          spec.ref().branchName().orElse(spec.ref().value()),
          spec.path().isEmpty() ? "." : spec.path());
    }

    @Override
    public String toString() {
      return "%s %s@%s".formatted(repository, path, ref);
    }
  }

  /**
   * Returns what a set of a fleet generates.
   *
   * @throws IllegalArgumentException if the fleet has no valid set of this name
   */
  static SetPreview of(FleetReading fleet, String set) {
    GeneratedSets sets = fleet.sets();
    if (!sets.policies().containsKey(set)) {
      throw new IllegalArgumentException(
          "the fleet has no valid ApplicationSet '%s'; it has %s"
              .formatted(set, sets.policies().keySet().stream().sorted().toList()));
    }
    List<Generated> applications =
        sets.applications().stream()
            .filter(one -> one.set().equals(set))
            .map(one -> generated(one, fleet))
            .toList();
    boolean isComplete =
        !sets.kept().contains(set) && applications.stream().allMatch(Generated::valid);
    return new SetPreview(set, isComplete, applications);
  }

  private static Generated generated(GeneratedSets.Generated one, FleetReading fleet) {
    Optional<Definition> definition =
        fleet.definitions().stream()
            .filter(found -> found.application().equals(one.application()))
            .findFirst();
    return new Generated(
        one.application(),
        definition.isPresent(),
        one.element(),
        one.overrides(),
        definition.stream()
            .flatMap(found -> found.clusters().stream())
            .map(ClusterTarget::name)
            .toList(),
        definition.map(found -> found.spec().namespace()),
        definition.stream().flatMap(found -> found.sources().stream()).map(Source::of).toList());
  }

  void printText(PrintStream out, PrintStream err) {
    for (Generated one : applications) {
      out.println(Visible.line(line(one)));
    }
    err.printf(
        "sluice: ApplicationSet '%s' generates %d applications%s%n",
        set,
        applications.size(),
        complete ? "" : "; not all could be evaluated, so it removes none");
  }

  private static String line(Generated one) {
    String place =
        one.valid()
            ? "clusters %s, namespace %s, from %s"
                .formatted(
                    joined(one.clusters()), one.namespace().orElse(""), joined(one.sources()))
            : "invalid";
    return "%s: %s (%s%s)"
        .formatted(
            one.name(),
            place,
            one.element(),
            one.overrides().isEmpty() ? "" : "; overrides " + joined(one.overrides()));
  }

  private static String joined(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  void printJson(PrintStream out) throws JsonProcessingException {
    out.println(
        Visible.json(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(this)));
  }
}
