package dev.sluice.worker.helm;

import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.manifest.Hook;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses charts that the library renders differently from the program: the library ignores hooks,
 * knows only Kubernetes' own API versions, takes no lists in sets, and includes the CRDs of
 * disabled sub-charts.
 */
final class LibraryLimits {

  private static final Pattern HOOK =
      Pattern.compile("helm\\.sh/hook[\"']?\\s*:\\s*[\"']?([^\"'\\n}]*)");

  /** A key of which a part is computed, and which may become the one of hooks. */
  private static final Pattern COMPUTED_KEY =
      Pattern.compile("helm\\.sh/(?![A-Za-z])|[\"'`]helm\\.sh/?[\"'`]");

  private static final Pattern ASKED =
      Pattern.compile("Capabilities\\.APIVersions(\\.Has\\s+\"([^\"]*)\")?");
  private static final Pattern CONDITIONAL =
      Pattern.compile("(?m)^\\s+-?\\s*(condition|tags)\\s*:");

  /** The groups that Helm's library knows. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "admissionregistration.k8s.io",
          "apiextensions.k8s.io",
          "apps",
          "authentication.k8s.io",
          "authorization.k8s.io",
          "autoscaling",
          "batch",
          "certificates.k8s.io",
          "coordination.k8s.io",
          "discovery.k8s.io",
          "events.k8s.io",
          "extensions",
          "flowcontrol.apiserver.k8s.io",
          "networking.k8s.io",
          "node.k8s.io",
          "policy",
          "rbac.authorization.k8s.io",
          "resource.k8s.io",
          "scheduling.k8s.io",
          "storage.k8s.io");

  private LibraryLimits() {}

  /** Refuses the chart unless it renders to the same result as by the program. */
  static void refuse(ChartRun run) throws RenderException {
    for (Map.Entry<String, String> set : run.sets().entrySet()) {
      if (set.getValue().startsWith("{")) {
        throw needsProgram("helm.set has a list");
      }
      refuseHooks(set.getKey().replace("\\", "") + ": " + set.getValue(), "helm.set");
    }
    for (Path values : run.valuesFiles()) {
      refuseHooks(text(values), values.getFileName().toString());
    }
    List<Path> files = ChartArchives.below(run.chart());
    boolean conditional = false;
    boolean definesInSubCharts = false;
    for (Path file : files) {
      String name = run.chart().relativize(file).toString();
      boolean archive = ChartArchives.isArchive(file);
      String text = archive ? ChartArchives.unpacked(file) : text(file);
      if (!name.endsWith(".md")) {
        refuseHooks(text, name); // values and other files may become annotations, too
      }
      if (archive || name.contains("templates/")) {
        refuseQuestions(text, name, run.cluster());
      }
      conditional |= (archive || name.endsWith("Chart.yaml")) && CONDITIONAL.matcher(text).find();
      definesInSubCharts |=
          run.includeCrds()
              && name.startsWith("charts/")
              && (name.contains("/crds/") || (archive && text.contains("/crds/")));
    }
    if (conditional && definesInSubCharts) {
      throw needsProgram("a sub-chart that may be disabled has CRDs");
    }
  }

  private static void refuseHooks(String text, String file) throws RenderException {
    Matcher hook = HOOK.matcher(text);
    while (hook.find()) {
      if (!Hook.isNeverRun(hook.group(1))) {
        throw needsProgram("%s has hooks".formatted(file));
      }
    }
    if (COMPUTED_KEY.matcher(text).find()) {
      throw needsProgram("%s may have hooks: it computes an annotation of helm.sh".formatted(file));
    }
  }

  private static void refuseQuestions(String text, String file, ClusterFacts cluster)
      throws RenderException {
    Matcher asked = ASKED.matcher(text);
    while (asked.find()) {
      String version = asked.group(2);
      if (version == null) {
        throw needsProgram("%s asks for all API versions".formatted(file));
      }
      if (cluster.apiVersions().contains(version) && !isBuiltIn(version)) {
        throw needsProgram("%s asks for the API version %s".formatted(file, version));
      }
    }
  }

  /**
   * Returns whether the library knows the version: Kubernetes' own groups and versions, but no
   * kinds in them.
   */
  private static boolean isBuiltIn(String version) {
    String[] parts = version.split("/", -1);
    return parts.length == 1 || (parts.length == 2 && BUILT_IN.contains(parts[0]));
  }

  private static String text(Path file) throws RenderException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw RenderException.temporary(
          RenderFailure.NO_DISK, "the worker cannot read its rendering inputs", e);
    }
  }

  /** Returns the failure that the helm program does not have. */
  static RenderException needsProgram(String why) {
    return RenderException.permanent(
        RenderFailure.NEEDS_HELM,
        why
            + ", which Helm as a library does not render as the program does: install helm 3"
            + " (https://helm.sh/docs/intro/install/) on the worker's PATH, and start it again");
  }
}
