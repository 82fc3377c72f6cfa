package dev.sluice.inputs.propose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Kustomizations beside each other that include the same base, as overlays of one application for
 * several clusters do. If one of them has the cluster's name, the others are for other clusters.
 */
final class Variants {

  private final KustomizationScan kustomizations;
  private final String cluster;

  Variants(KustomizationScan kustomizations, String cluster) {
    this.kustomizations = kustomizations;
    this.cluster = cluster;
  }

  /** The choice about a kustomization that is one of several variants. */
  sealed interface Choice {

    /** It is for another cluster. */
    record Other(String reason) implements Choice {}

    /** Nothing says which cluster it is for. */
    record Unsure(String note) implements Choice {}
  }

  /** Returns the choices about those of the kustomizations that are variants. */
  Map<String, Choice> choose(Set<String> directories) {
    Map<String, Set<String>> siblings = new TreeMap<>();
    for (String directory : directories) {
      if (!directory.isEmpty()) {
        for (String base : kustomizations.bases(directory)) {
          siblings
              .computeIfAbsent(RepositoryScan.parent(directory) + " " + base, _ -> new TreeSet<>())
              .add(directory);
        }
      }
    }
    Map<String, Choice> choices = new TreeMap<>();
    siblings.values().stream()
        .filter(variants -> variants.size() > 1)
        .forEach(variants -> choose(variants, choices));
    return choices;
  }

  private void choose(Set<String> variants, Map<String, Choice> choices) {
    List<String> named = new ArrayList<>(variants);
    named.removeIf(variant -> !name(variant).equals(cluster));
    if (named.isEmpty()) {
      named.addAll(variants);
      List<String> words = List.of(cluster.split("-"));
      named.removeIf(variant -> !words.contains(name(variant)));
    }
    for (String variant : variants) {
      if (named.size() != 1) {
        choices.putIfAbsent(
            variant,
            new Choice.Unsure(
                "%s include the same base: keep those that are for this cluster"
                    .formatted(String.join(", ", variants))));
      } else if (!variant.equals(named.getFirst())) {
        choices.put(
            variant,
            new Choice.Other(
                "for another cluster: %s includes the same base, and has this cluster's name"
                    .formatted(RepositoryScan.shown(named.getFirst()))));
      }
    }
  }

  private static String name(String directory) {
    return directory.substring(directory.lastIndexOf('/') + 1);
  }
}
