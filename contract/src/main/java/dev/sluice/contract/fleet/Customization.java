package dev.sluice.contract.fleet;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes to the rendered objects of a source of any type, with the semantics of a kustomization.
 *
 * @param namePrefix before the name of every object; empty for none
 * @param nameSuffix after the name of every object; empty for none
 * @param labels for every object and pod template, not for selectors
 * @param annotations for every object and pod template
 * @param images {@code name=newName:tag}, {@code name:tag} or {@code name@digest}, as in {@code
 *     kustomize edit set image}
 * @param replicas by name of the workload
 */
public record Customization(
    String namePrefix,
    String nameSuffix,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<String> images,
    Map<String, Integer> replicas) {

  public static final Customization NONE =
      new Customization("", "", Map.of(), Map.of(), List.of(), Map.of());

  public Customization {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    images = List.copyOf(images);
    replicas = Collections.unmodifiableMap(new TreeMap<>(replicas));
  }
}
