package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.name.ApplicationName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The definitions of a reading with the bounds that are in force. An application with an invalid
 * document keeps its last valid definition, but not the bounds of that time: what was allowed then
 * may be denied now. And a default project that cannot be read is not a default project without
 * bounds.
 */
final class ProjectBounds {

  private final Map<ApplicationName, Definition> known;
  private final FleetReading reading;

  /**
   * Creates the bounds of a reading.
   *
   * @param known the definitions in force before it
   */
  ProjectBounds(Map<ApplicationName, Definition> known, FleetReading reading) {
    this.known = known;
    this.reading = reading;
  }

  /** Returns the valid definitions, and the last ones of applications that keep theirs. */
  List<Definition> definitions() {
    List<Definition> definitions = new ArrayList<>();
    Optional<Project> hidden = hiddenDefault();
    Set<ApplicationName> kept = reading.kept(known);
    for (Definition read : reading.definitions()) {
      if (!kept.contains(read.application())) {
        definitions.add(
            read.spec().project().isEmpty() && hidden.isPresent() ? read.in(hidden) : read);
      }
    }
    for (ApplicationName application : kept) {
      Definition last = known.get(application);
      if (last != null) {
        now(last).ifPresent(bounds -> definitions.add(last.in(Optional.of(bounds))));
      }
    }
    return definitions;
  }

  /** Returns the bounds of the project that a definition is in, as they are now. */
  private Optional<Project> now(Definition last) {
    String name = last.spec().project().map(Project::name).orElse(Project.DEFAULT);
    return Optional.ofNullable(reading.projects().get(name));
  }

  /** Returns the default project of earlier readings, if this one may have missed it. */
  private Optional<Project> hiddenDefault() {
    if (reading.complete() || reading.projects().containsKey(Project.DEFAULT)) {
      return Optional.empty();
    }
    return known.values().stream()
        .map(Definition::spec)
        .map(ApplicationSpec::project)
        .flatMap(Optional::stream)
        .filter(project -> project.name().equals(Project.DEFAULT))
        .findFirst();
  }
}
