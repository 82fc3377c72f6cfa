package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.window.MaintenanceWindow;
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

  /**
   * Returns the valid definitions that can come into force, and the last ones of applications that
   * keep theirs.
   */
  List<Definition> definitions() {
    List<Definition> definitions = new ArrayList<>();
    Optional<Definition> hidden = hiddenDefault();
    Set<ApplicationName> kept = reading.kept(known);
    Set<ApplicationName> awaiting = reading.awaitingRemoval(known);
    for (Definition read : reading.definitions()) {
      if (!kept.contains(read.application()) && !awaiting.contains(read.application())) {
        definitions.add(
            hidden
                .filter(_ -> read.spec().project().isEmpty())
                .map(other -> inProjectOf(other, read))
                .orElse(read));
      }
    }
    for (ApplicationName application : kept) {
      Definition last = known.get(application);
      if (last != null) {
        now(last).ifPresent(project -> definitions.add(project.applyTo(last)));
      }
    }
    return definitions;
  }

  /**
   * Returns the project that a definition is in, as it is now. An included application is in the
   * one that its include names now.
   */
  private Optional<DeclaredProject> now(Definition last) {
    String name =
        last.includedBy()
            .map(reading.sets().includes()::get)
            .flatMap(GeneratedSets.Included::project)
            .or(() -> last.spec().project().map(Project::name))
            .orElse(Project.DEFAULT);
    return Optional.ofNullable(reading.projects().get(name));
  }

  /**
   * Returns a definition with the bounds of another one, and with the windows that the project had
   * for the application itself, or for the other one if it is new.
   */
  private Definition inProjectOf(Definition other, Definition read) {
    List<MaintenanceWindow> windows =
        known.getOrDefault(read.application(), other).sendingRules().all().stream()
            .filter(window -> window.project().isPresent())
            .toList();
    return read.in(other.spec().project())
        .withSending(read.sendingRules().withProjectWindows(windows));
  }

  /** Returns a definition in the default project, if this reading may have missed the project. */
  private Optional<Definition> hiddenDefault() {
    if (reading.complete() || reading.projects().containsKey(Project.DEFAULT)) {
      return Optional.empty();
    }
    return known.values().stream()
        .filter(
            definition ->
                definition
                    .spec()
                    .project()
                    .filter(project -> project.name().equals(Project.DEFAULT))
                    .isPresent())
        .findFirst();
  }
}
