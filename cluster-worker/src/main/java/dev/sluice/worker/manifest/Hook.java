package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hook: an object that runs at a certain moment of each sync of its application, and that is not
 * part of the desired state. Declared by the annotations {@code sluice.dev/hook}, {@code
 * argocd.argoproj.io/hook} (Argo CD, Resource Hooks) or {@code helm.sh/hook} (Helm, Chart Hooks);
 * the first of these that an object has counts.
 *
 * @param events the words of the annotation
 * @param deletePolicies when the object is deleted; empty if the annotation names none
 * @param weight orders hooks of one wave, the lower first; only Helm's hooks have one
 * @param isHelm whether Helm's rules apply: it tells installs from upgrades, and does not wait for
 *     the health of other objects
 */
public record Hook(
    Set<String> events, Set<DeletePolicy> deletePolicies, int weight, boolean isHelm) {

  private static final String HELM = "helm.sh/hook";
  private static final List<String> NAMES = List.of("sluice.dev/hook", "argocd.argoproj.io/hook");

  /** Argo CD's words, which are also Sluice's. */
  private static final Map<String, Moment> MOMENTS =
      Arrays.stream(Moment.values()).collect(Collectors.toUnmodifiableMap(Moment::text, it -> it));

  private static final Map<String, Moment> HELM_MOMENTS =
      Map.of(
          "pre-install", Moment.PRE_SYNC,
          "pre-upgrade", Moment.PRE_SYNC,
          "post-install", Moment.POST_SYNC,
          "post-upgrade", Moment.POST_SYNC,
          "pre-delete", Moment.PRE_DELETE,
          "post-delete", Moment.POST_DELETE);

  /** Helm's events that Sluice never has. */
  private static final Set<String> NEVER_RUN =
      Set.of("test", "test-success", "test-failure", "pre-rollback", "post-rollback");

  /** Helm 2's way to install a definition before the rest, which all definitions are. */
  private static final String DEFINITION = "crd-install";

  private static final String SKIP = "Skip";

  /** Helm's events that make no hook here. */
  private static final Set<String> OTHER_OF_HELM = union(NEVER_RUN, Set.of(DEFINITION));

  public Hook {
    events = Set.copyOf(events);
    deletePolicies = Set.copyOf(deletePolicies);
  }

  /** The moment at which a hook runs. */
  public enum Moment {
    /** Before the objects of the application are applied. */
    PRE_SYNC("PreSync"),
    /** Together with the objects of its wave. */
    SYNC("Sync"),
    /** After all objects are applied, and, except for Helm's hooks, healthy. */
    POST_SYNC("PostSync"),
    /** Once a generation cannot be applied. */
    SYNC_FAIL("SyncFail"),
    /** Before the objects of a removed application are deleted. */
    PRE_DELETE("PreDelete"),
    /** After the objects of a removed application are deleted. */
    POST_DELETE("PostDelete");

    private final String text;

    Moment(String text) {
      this.text = text;
    }

    /** Returns the word for people and in annotations. */
    public String text() {
      return text;
    }

    /** Returns whether it is a moment of a removal. */
    public boolean isOfRemoval() {
      return this == PRE_DELETE || this == POST_DELETE;
    }
  }

  /** When the object of a hook is deleted. */
  public enum DeletePolicy {
    /** Before it is created again. */
    BEFORE_CREATION("BeforeHookCreation", "before-hook-creation"),
    /** After the hooks of its moment succeeded. */
    SUCCEEDED("HookSucceeded", "hook-succeeded"),
    /** After it failed. */
    FAILED("HookFailed", "hook-failed");

    private final String argo;
    private final String helm;

    DeletePolicy(String argo, String helm) {
      this.argo = argo;
      this.helm = helm;
    }
  }

  /**
   * Returns the hook that an object declares; empty if it is an ordinary object.
   *
   * @throws IllegalArgumentException if an annotation has a word that is not known; the message
   *     names both
   */
  static Optional<Hook> of(JsonNode object) {
    JsonNode annotations = object.path("metadata").path("annotations");
    if (annotations.isEmpty()) {
      return Optional.empty();
    }
    for (String name : NAMES) {
      Set<String> events = words(annotations, name);
      if (!events.isEmpty()) {
        requireKnown(name, events, union(MOMENTS.keySet(), Set.of(SKIP)));
        return Optional.of(new Hook(events, policies(annotations, name), 0, false));
      }
    }
    Set<String> events = words(annotations, HELM);
    if (events.isEmpty() || events.equals(Set.of(DEFINITION))) {
      return Optional.empty();
    }
    requireKnown(HELM, events, union(HELM_MOMENTS.keySet(), OTHER_OF_HELM));
    return Optional.of(new Hook(events, policies(annotations, HELM), weight(annotations), true));
  }

  /** Returns whether an object is not applied at all: a test, for example. */
  static boolean isNeverApplied(JsonNode object) {
    JsonNode annotations = object.path("metadata").path("annotations");
    for (String name : NAMES) {
      Set<String> events = words(annotations, name);
      if (!events.isEmpty()) {
        return events.contains(SKIP);
      }
    }
    Set<String> events = words(annotations, HELM);
    return !events.isEmpty() && NEVER_RUN.containsAll(events);
  }

  /**
   * Returns whether hooks with this annotation of Helm's never run here.
   *
   * @param events separated by commas
   */
  public static boolean isNeverRun(String events) {
    return NEVER_RUN.containsAll(words(events));
  }

  /**
   * Returns the moments at which it runs.
   *
   * @param install whether nothing of the application was applied before
   */
  public Set<Moment> moments(boolean install) {
    EnumSet<Moment> moments = EnumSet.noneOf(Moment.class);
    for (String event : events) {
      Moment moment = (isHelm ? HELM_MOMENTS : MOMENTS).get(event);
      boolean other = isHelm && event.endsWith(install ? "-upgrade" : "-install");
      if (moment != null && !other) {
        moments.add(moment);
      }
    }
    return moments;
  }

  /** Returns whether it runs at all when the application is applied. */
  public boolean isOfSync() {
    return isAt(moment -> !moment.isOfRemoval());
  }

  /** Returns whether it runs when the application is removed. */
  public boolean isOfRemoval() {
    return isAt(Moment::isOfRemoval);
  }

  private boolean isAt(Predicate<Moment> chosen) {
    return events.stream()
        .map(event -> (isHelm ? HELM_MOMENTS : MOMENTS).get(event))
        .anyMatch(moment -> moment != null && chosen.test(moment));
  }

  /** Returns whether its object is deleted after it succeeded. */
  public boolean isDeletedAfterSuccess() {
    return deletePolicies.contains(DeletePolicy.SUCCEEDED);
  }

  /** Returns whether its object is deleted after it failed. */
  public boolean isDeletedAfterFailure() {
    return deletePolicies.contains(DeletePolicy.FAILED);
  }

  /** Returns whether its annotation asks for its object to be deleted before it is created. */
  public boolean isDeletedBeforeCreation() {
    return deletePolicies.contains(DeletePolicy.BEFORE_CREATION);
  }

  private static Set<DeletePolicy> policies(JsonNode annotations, String hook) {
    String name = hook + "-delete-policy";
    Map<String, DeletePolicy> known = new TreeMap<>();
    for (DeletePolicy policy : DeletePolicy.values()) {
      known.put(policy.argo, policy);
      known.put(policy.helm, policy);
    }
    Set<String> words = words(annotations, name);
    requireKnown(name, words, known.keySet());
    return words.stream().map(known::get).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the weight. As in Helm, an invalid number counts as 0. */
  private static int weight(JsonNode annotations) {
    try {
      return Integer.parseInt(annotations.path(HELM + "-weight").asText("").strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Set<String> words(JsonNode annotations, String name) {
    return words(annotations.path(name).asText(""));
  }

  private static Set<String> words(String list) {
    return Arrays.stream(list.split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static void requireKnown(String name, Set<String> words, Set<String> known) {
    for (String word : words) {
      if (!known.contains(word)) {
        throw new IllegalArgumentException(
            "has the annotation %s with '%s', which is none of %s"
                .formatted(name, word, String.join(", ", known.stream().sorted().toList())));
      }
    }
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    return Stream.concat(one.stream(), other.stream()).collect(Collectors.toUnmodifiableSet());
  }
}
