package dev.sluice.api.readmodel;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Kinds of objects as people type them: in any case, in singular or plural, or by the short name
 * that Kubernetes has for a built-in kind. The short names of other kinds are known only in their
 * cluster.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubectl/#resource-types">kubectl: resource
 *     types</a>
 */
final class ObjectKinds {

  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("cj", "cronjob"),
          Map.entry("cm", "configmap"),
          Map.entry("crd", "customresourcedefinition"),
          Map.entry("crds", "customresourcedefinition"),
          Map.entry("csr", "certificatesigningrequest"),
          Map.entry("deploy", "deployment"),
          Map.entry("ds", "daemonset"),
          Map.entry("ep", "endpoints"),
          Map.entry("ev", "event"),
          Map.entry("hpa", "horizontalpodautoscaler"),
          Map.entry("ing", "ingress"),
          Map.entry("limits", "limitrange"),
          Map.entry("netpol", "networkpolicy"),
          Map.entry("no", "node"),
          Map.entry("ns", "namespace"),
          Map.entry("pc", "priorityclass"),
          Map.entry("pdb", "poddisruptionbudget"),
          Map.entry("po", "pod"),
          Map.entry("pv", "persistentvolume"),
          Map.entry("pvc", "persistentvolumeclaim"),
          Map.entry("quota", "resourcequota"),
          Map.entry("rc", "replicationcontroller"),
          Map.entry("rs", "replicaset"),
          Map.entry("sa", "serviceaccount"),
          Map.entry("sc", "storageclass"),
          Map.entry("sts", "statefulset"),
          Map.entry("svc", "service"));

  private ObjectKinds() {}

  /** Returns the kinds, in lower case, that a text can mean. */
  static List<String> meant(String text) {
    String typed = text.toLowerCase(Locale.ROOT);
    Set<String> kinds = new LinkedHashSet<>(List.of(typed));
    if (typed.endsWith("ies")) {
      kinds.add(without(typed, 3) + "y");
    }
    if (typed.endsWith("es")) {
      kinds.add(without(typed, 2));
    }
    if (typed.endsWith("s")) {
      kinds.add(without(typed, 1));
    }
    if (SHORT.containsKey(typed)) {
      kinds.add(SHORT.get(typed));
    }
    return List.copyOf(kinds);
  }

  private static String without(String text, int end) {
    return text.substring(0, text.length() - end);
  }
}
