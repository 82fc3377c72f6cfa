package dev.sluice.inputs.propose;

import dev.sluice.contract.name.ApplicationName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names of applications from paths: the last directory that says what is deployed. A name that is
 * taken gets the directories above it, then a number.
 */
final class ProposalNames {

  /** Directories that say how something is deployed, not what. */
  private static final Set<String> FORMS =
      Set.of(
          "app",
          "apps",
          "applications",
          "base",
          "chart",
          "charts",
          "deploy",
          "deployment",
          "deployments",
          "helm",
          "k8s",
          "kube",
          "kubernetes",
          "kustomize",
          "manifests",
          "services",
          "src",
          "yaml");

  /** Directories whose children are variants of what is above them. */
  private static final Set<String> VARIANTS =
      Set.of("clusters", "env", "environments", "envs", "overlays", "stages", "variants");

  private static final int MAX_LENGTH = 50;

  private final String repository;
  private final Set<String> taken = new HashSet<>();

  /**
   * Creates the names of a repository's applications.
   *
   * @param repository the name for what is at its root
   */
  ProposalNames(String repository) {
    this.repository = valid(repository);
  }

  /** Returns a name that no earlier path has. */
  ApplicationName next(String path) {
    List<String> words = words(path);
    for (int used = 1; used <= words.size(); used++) {
      String name = valid(String.join("-", words.subList(words.size() - used, words.size())));
      if (taken.add(name)) {
        return new ApplicationName(name);
      }
    }
    for (int number = 2; ; number++) {
      String name = valid(String.join("-", words)) + "-" + number;
      if (taken.add(name)) {
        return new ApplicationName(name);
      }
    }
  }

  /** Returns the words of a path; a variant is one word with what it is a variant of. */
  private List<String> words(String path) {
    List<String> words = new ArrayList<>(List.of(repository));
    boolean isVariant = false;
    for (String directory :
        Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).toList()) {
      String word = directory.toLowerCase(Locale.ROOT);
      if (VARIANTS.contains(word)) {
        isVariant = true;
      } else if (isVariant) {
        words.set(words.size() - 1, words.getLast() + "-" + word);
      } else if (!FORMS.contains(word)) {
        words.add(word);
      }
    }
    return words;
  }

  /** Returns a DNS label from a text, with room for a number. */
  static String valid(String text) {
    String label =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    String shortened = label.substring(0, Math.min(MAX_LENGTH, label.length()));
    String trimmed = shortened.replaceAll("-+$", "");
    return trimmed.isEmpty() ? "app" : trimmed;
  }
}
