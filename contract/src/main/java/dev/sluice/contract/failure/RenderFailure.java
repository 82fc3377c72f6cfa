package dev.sluice.contract.failure;

/** Failures of rendering, and of the manifests that it produces. */
public enum RenderFailure implements FailureCode {
  RENDER_FAILED(
      "kustomize or helm reports an error in the inputs.",
      "Correct the inputs; the message ends with the program's output."),
  RENDERING_TOO_LARGE(
      "The rendering exceeds the limit of output or of files.", "Split the application."),
  RENDERER_MISSING(
      "The worker has no kustomize or helm, or it does not start.",
      "Install the program on the worker, and restart the worker."),
  RENDERER_TIMEOUT(
      "kustomize or helm exceeded the time limit. Retried automatically.",
      "Split the application, or raise `--render-timeout`."),
  RENDERER_KILLED(
      "kustomize or helm was killed by a signal. Retried automatically.",
      "Give the worker more memory."),
  RENDERER_OUT_OF_MEMORY(
      "kustomize or helm exceeded the memory limit.",
      "Split the application, or raise the limit that the message names."),
  ISOLATION_FAILED(
      "The worker cannot start an isolated process. Retried automatically.",
      "See `--render-isolation`."),
  NO_DISK(
      "The worker cannot read or write its temporary directory. Retried automatically.",
      "Check the directory's space and permissions."),
  NEEDS_HELM(
      "The inputs need the helm program, which the worker does not have.",
      "Install helm on the worker, and restart the worker."),
  NO_PLUGINS(
      "The worker's system cannot run plugins safely. Retried automatically.",
      "See the message for the program that is missing."),
  MISSING_PLUGIN(
      "A kustomize plugin is not in the worker's plugin directory.",
      "Install the plugin on the worker."),
  ARCHIVE_TOO_LARGE(
      "A chart archive unpacks to more than the limit.",
      "Commit the unpacked chart, or a smaller one."),
  BROKEN_ARCHIVE(
      "A chart archive is not readable as gzip.",
      "Commit the archive itself, not a Git LFS pointer."),
  EMPTY_RENDERING(
      "The sources render to no object. Sluice never takes this for 'delete " + "everything'.",
      "Add manifests, or remove the application from the fleet."),
  UNREADABLE("A rendered file is not valid YAML or JSON.", "Correct the file."),
  INVALID_MANIFEST("A manifest is not a valid Kubernetes object.", "Correct the manifest."),
  TOO_MANY_DOCUMENTS("A file has more documents than the limit.", "Split the application."),
  DUPLICATE_OBJECT("Two manifests describe the same object.", "Remove one of them."),
  UNKNOWN_KIND(
      "The cluster does not serve the kind, and no manifest defines it. Retried once "
          + "the cluster serves it.",
      "Install its CustomResourceDefinition, or correct apiVersion and kind."),
  UNKNOWN_FIELD(
      "The kind's schema does not have the field. Retried once the cluster's schemas " + "change.",
      "Correct the field's name or place."),
  GENERATED_VALUES(
      "The sources generate values that differ at each rendering, which the policy refuses.",
      "Set the values in Git, or change `policy.generatedValues`."),
  OUTSIDE_PROJECT(
      "The application reaches outside of the bounds of its project. Nothing is written.",
      "Change what the message names, or have the `Project` changed."),
  OWN_OBJECT(
      "A manifest describes an object that Sluice itself depends on.", "Remove the manifest.");

  private final String meaning;
  private final String remedy;

  RenderFailure(String meaning, String remedy) {
    this.meaning = meaning;
    this.remedy = remedy;
  }

  @Override
  public String value() {
    return FailureCode.pascalCase(name());
  }

  @Override
  public Explanation explanation() {
    return new Explanation(meaning, remedy);
  }

  @Override
  public String toString() {
    return value();
  }
}
