package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.window.MaintenanceWindow;
import java.util.List;
import java.util.Optional;

/**
 * Project of a fleet. Its windows are no bounds of an application's targets, so that a change of
 * them sends nothing.
 *
 * @param windows the maintenance windows for all applications of the project
 */
record DeclaredProject(Project bounds, List<WindowDocuments.Declared> windows) {

  DeclaredProject {
    windows = List.copyOf(windows);
  }

  /** Returns a definition with the bounds and the windows of this project. */
  Definition applyTo(Definition definition) {
    List<MaintenanceWindow> own =
        windows.stream()
            .flatMap(window -> window.of(definition.application(), definition.clusters()).stream())
            .toList();
    return definition
        .in(Optional.of(bounds))
        .withSending(definition.sendingRules().withProjectWindows(own));
  }
}
