package dev.sluice.worker.apply;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Check of a target against the bounds of its project. The dispatcher checks what the fleet's
 * documents say; only the worker knows the objects. All of it is checked here, before anything of
 * the target is read or written in the cluster, so that a target is as safe as its own bounds.
 */
final class ProjectCheck {

  private final Project project;
  private final Map<String, Optional<String>> namespaces = new HashMap<>();
  private final Map<GroupKind, Optional<String>> kinds = new HashMap<>();

  private ProjectCheck(Project project) {
    this.project = project;
  }

  /**
   * Checks what a target says before it is rendered: its cluster, repositories and service account.
   *
   * @throws ManifestException if it is outside of its project
   */
  static void check(SyncEvent.Target target) throws ManifestException {
    if (target.spec().project().isEmpty()) {
      return;
    }
    Project project = target.spec().project().get();
    refuse(project.objectionTo(target.cluster()));
    refuse(project.objectionToAccount(target.spec().policy().serviceAccount()));
    if (target.spec().policy().createNamespace().isPresent()) {
      refuse(project.objectionTo(GroupKind.NAMESPACE, target.spec().namespace()));
    }
    for (SourceInputs source : target.sources()) {
      refuse(project.objectionTo(source.repository()));
      for (BaseCommit base : source.bases().orElse(List.of())) {
        refuse(project.objectionTo(base.repository()));
      }
    }
  }

  /**
   * Checks the objects that a target renders to, hooks too.
   *
   * @param manifests normalised, so that each namespaced object has its namespace
   * @throws ManifestException if one is outside of the target's project
   */
  static void check(SyncEvent.Target target, List<Manifest> manifests) throws ManifestException {
    if (target.spec().project().isPresent()) {
      new ProjectCheck(target.spec().project().get()).check(manifests);
    }
  }

  private void check(List<Manifest> manifests) throws ManifestException {
    for (Manifest manifest : manifests) {
      Optional<String> objection =
          manifest.isUnnamed() && manifest.ref().namespace().isEmpty()
              ? Optional.of(
                  "the project %s bounds names of cluster-scoped objects, and generateName does not state the whole name"
                      .formatted(project.name()))
              : objection(manifest.ref());
      if (objection.isPresent()) {
        throw ManifestException.refused(
            RenderFailure.OUTSIDE_PROJECT,
            "%s: %s: %s: change the manifest, or have the project changed"
                .formatted(manifest.source(), manifest.ref(), objection.get()),
            manifest.ref());
      }
    }
  }

  private Optional<String> objection(ObjectRef ref) {
    GroupKind kind = ref.groupKind();
    if (ref.namespace().isEmpty()) {
      return project.objectionTo(kind, ref.name());
    }
    return namespaces
        .computeIfAbsent(ref.namespace(), project::objectionToNamespace)
        .or(() -> kinds.computeIfAbsent(kind, project::objectionTo));
  }

  private static void refuse(Optional<String> objection) throws ManifestException {
    if (objection.isPresent()) {
      throw ManifestException.refused(
          RenderFailure.OUTSIDE_PROJECT,
          objection.get() + ": change the application, or have the project changed");
    }
  }
}
