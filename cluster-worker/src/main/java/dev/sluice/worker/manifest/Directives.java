package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.fleet.Propagation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The instructions in an object's annotations: Sluice's own ({@code sluice.dev/}) and those of Argo
 * CD, Flux and Helm that people already use. docs/directives.md explains each. Upper and lower case
 * of values do not matter.
 */
public record Directives(Set<Effect> effects) {

  private static final String FLUX = "kustomize.toolkit.fluxcd.io/";
  private static final String OPTIONS = "argocd.argoproj.io/sync-options";

  /** The annotation that some people have only because Argo CD needs it. */
  private static final String COMPARE_OPTIONS = "argocd.argoproj.io/compare-options";

  private static final String OWN = "sluice.dev/";

  /** The beginnings of Sluice's annotations that are read elsewhere, or only written. */
  private static final List<String> OTHERS =
      List.of("sluice.dev/wave", "sluice.dev/hook", Ownership.GENERATION_ANNOTATION);

  /** The effect of an annotation on its object. */
  public enum Effect {
    /** The object is never deleted. */
    KEPT(Purpose.DELETION),
    /** A person has to approve the deletion of the object. */
    GUARDED(Purpose.DELETION),
    /** The object is left alone. */
    IGNORED(Purpose.RECONCILIATION),
    /** The object is written only if it does not exist. */
    CREATED_ONLY(Purpose.RECONCILIATION),
    /** Changes of the object in the cluster are no drift, as long as it exists. */
    EXISTENCE_ONLY(Purpose.DRIFT),
    /** The object is deleted and created again if an immutable field has changed. */
    REPLACED(Purpose.REPLACEMENT),
    /** The object is refused if an immutable field has changed, whatever the policy says. */
    NOT_REPLACED(Purpose.REPLACEMENT),
    /** Fields that other managers own are taken over, whatever the policy says. */
    FORCED(Purpose.CONFLICTS),
    /** A conflict about fields parks the application, whatever the policy says. */
    NOT_FORCED(Purpose.CONFLICTS),
    /** The health of the object does not count. */
    WITHOUT_HEALTH(Purpose.HEALTH),
    /** The object's dependents are deleted after it. */
    BACKGROUND(Purpose.DEPENDENTS),
    /** The object's dependents are deleted before it. */
    FOREGROUND(Purpose.DEPENDENTS),
    /** The object's dependents stay when it is deleted. */
    ORPHAN(Purpose.DEPENDENTS),
    /** Sluice does so with each object. */
    ALWAYS(Purpose.NONE);

    private final Purpose purpose;

    Effect(Purpose purpose) {
      this.purpose = purpose;
    }
  }

  /** The subject of an annotation. */
  private enum Purpose {
    DELETION,
    RECONCILIATION,
    DRIFT,
    REPLACEMENT,
    CONFLICTS,
    HEALTH,
    DEPENDENTS,
    NONE
  }

  /** The effects of annotations on objects that others may change. */
  private static final Set<Effect> FOR_OTHERS =
      EnumSet.of(Effect.IGNORED, Effect.CREATED_ONLY, Effect.EXISTENCE_ONLY);

  private record Word(String annotation, String value, Effect effect) {

    boolean isOwn() {
      return annotation.startsWith(OWN);
    }

    @Override
    public String toString() {
      return "%s: %s".formatted(annotation, value);
    }
  }

  private static final List<Word> WORDS =
      List.of(
          new Word("sluice.dev/prune", "disabled", Effect.KEPT),
          new Word(FLUX + "prune", "disabled", Effect.KEPT),
          new Word("helm.sh/resource-policy", "keep", Effect.KEPT),
          new Word(OPTIONS, "Prune=false", Effect.KEPT),
          new Word(OPTIONS, "Delete=false", Effect.KEPT),
          new Word("sluice.dev/prune", "confirm", Effect.GUARDED),
          new Word(OPTIONS, "Prune=confirm", Effect.GUARDED),
          new Word(OPTIONS, "Delete=confirm", Effect.GUARDED),
          new Word("sluice.dev/reconcile", "disabled", Effect.IGNORED),
          new Word(FLUX + "reconcile", "disabled", Effect.IGNORED),
          new Word(FLUX + "ssa", "Ignore", Effect.IGNORED),
          new Word("sluice.dev/apply", "IfNotPresent", Effect.CREATED_ONLY),
          new Word(FLUX + "ssa", "IfNotPresent", Effect.CREATED_ONLY),
          new Word("sluice.dev/drift", "disabled", Effect.EXISTENCE_ONLY),
          new Word("helm.toolkit.fluxcd.io/driftDetection", "disabled", Effect.EXISTENCE_ONLY),
          new Word("sluice.dev/replace", "enabled", Effect.REPLACED),
          new Word(FLUX + "force", "enabled", Effect.REPLACED),
          new Word(OPTIONS, "Force=true", Effect.REPLACED),
          new Word(OPTIONS, "Replace=true", Effect.REPLACED),
          new Word("sluice.dev/replace", "disabled", Effect.NOT_REPLACED),
          new Word("sluice.dev/conflicts", "overwrite", Effect.FORCED),
          new Word("sluice.dev/conflicts", "refuse", Effect.NOT_FORCED),
          new Word("sluice.dev/health", "disabled", Effect.WITHOUT_HEALTH),
          new Word("argocd.argoproj.io/ignore-healthcheck", "true", Effect.WITHOUT_HEALTH),
          new Word("sluice.dev/propagation-policy", "background", Effect.BACKGROUND),
          new Word("sluice.dev/propagation-policy", "foreground", Effect.FOREGROUND),
          new Word("sluice.dev/propagation-policy", "orphan", Effect.ORPHAN),
          new Word(OPTIONS, "PrunePropagationPolicy=background", Effect.BACKGROUND),
          new Word(OPTIONS, "PrunePropagationPolicy=foreground", Effect.FOREGROUND),
          new Word(OPTIONS, "PrunePropagationPolicy=orphan", Effect.ORPHAN),
          new Word(FLUX + "ssa", "Merge", Effect.ALWAYS),
          new Word(OPTIONS, "ServerSideApply=true", Effect.ALWAYS),
          new Word(OPTIONS, "SkipDryRunOnMissingResource=true", Effect.ALWAYS),
          new Word(OPTIONS, "PruneLast=true", Effect.ALWAYS),
          new Word(OPTIONS, "ApplyOutOfSyncOnly=true", Effect.ALWAYS),
          new Word(OPTIONS, "RespectIgnoreDifferences=true", Effect.ALWAYS),
          new Word(OPTIONS, "FailOnSharedResource=true", Effect.ALWAYS),
          new Word(OPTIONS, "ClientSideApplyMigration=true", Effect.ALWAYS));

  /**
   * Returns the instructions of an object. If one of Sluice's own decides about something, those of
   * others about the same do not count.
   */
  public static Directives of(JsonNode object) {
    List<Word> words = words(object);
    Set<Purpose> decided = EnumSet.noneOf(Purpose.class);
    words.stream().filter(Word::isOwn).forEach(word -> decided.add(word.effect().purpose));
    Set<Effect> effects = EnumSet.noneOf(Effect.class);
    words.stream()
        .filter(word -> word.isOwn() || !decided.contains(word.effect().purpose))
        .forEach(word -> effects.add(word.effect()));
    return new Directives(effects);
  }

  private static List<Word> words(JsonNode object) {
    JsonNode annotations = annotations(object);
    if (annotations.isEmpty()) {
      return List.of();
    }
    return WORDS.stream()
        .filter(
            word -> values(annotations, word.annotation()).anyMatch(word.value()::equalsIgnoreCase))
        .toList();
  }

  /** Returns the annotation that exempts an object from health; empty if it has none. */
  public static Optional<String> withoutHealth(JsonNode object) {
    return words(object).stream()
        .filter(word -> word.effect() == Effect.WITHOUT_HEALTH)
        .map(Word::annotation)
        .findFirst();
  }

  /**
   * Returns the instructions of an object that have no effect, such as {@code
   * argocd.argoproj.io/sync-options: Validate=false}: values that Sluice does not support, and
   * unknown annotations and values of its own.
   */
  static List<String> withoutEffect(JsonNode object) {
    JsonNode annotations = annotations(object);
    return annotations
        .propertyStream()
        .map(Map.Entry::getKey)
        .filter(Directives::isInstruction)
        .flatMap(
            name ->
                values(annotations, name)
                    .filter(value -> WORDS.stream().noneMatch(word -> matches(word, name, value)))
                    .map(value -> "%s: %s".formatted(name, value)))
        .toList();
  }

  /** Returns the annotations with their values that have an effect. */
  static List<String> words() {
    return WORDS.stream().map(Word::toString).toList();
  }

  /** An annotation with its only value. */
  public record Annotation(String name, String value) {}

  /** Returns the annotations, one of which an object has that others may change. */
  public static List<Annotation> forOthers() {
    return WORDS.stream()
        .filter(word -> FOR_OTHERS.contains(word.effect()))
        .map(word -> new Annotation(word.annotation(), word.value()))
        .toList();
  }

  private static boolean isInstruction(String annotation) {
    return OTHERS.stream().noneMatch(annotation::startsWith)
        && (annotation.startsWith(OWN)
            || annotation.equals(COMPARE_OPTIONS)
            || WORDS.stream().anyMatch(word -> word.annotation().equals(annotation)));
  }

  private static boolean matches(Word word, String annotation, String value) {
    return word.annotation().equals(annotation) && word.value().equalsIgnoreCase(value);
  }

  private static JsonNode annotations(JsonNode object) {
    return object.path("metadata").path("annotations");
  }

  private static Stream<String> values(JsonNode annotations, String name) {
    String text = annotations.path(name).asText();
    return Arrays.stream(name.equals(OPTIONS) ? text.split(",", -1) : new String[] {text})
        .map(String::trim)
        .filter(value -> !value.isEmpty());
  }

  /** Whether the object is never deleted. */
  public boolean keep() {
    return effects.contains(Effect.KEPT);
  }

  /** Whether a person has to approve the object's deletion. */
  public boolean guarded() {
    return effects.contains(Effect.GUARDED);
  }

  /** Whether the object is never touched. */
  public boolean ignore() {
    return effects.contains(Effect.IGNORED);
  }

  /** Whether the object is written only if it does not exist. */
  public boolean createOnly() {
    return effects.contains(Effect.CREATED_ONLY);
  }

  /** Whether only the object's existence is compared, not its fields. */
  public boolean existence() {
    return effects.contains(Effect.EXISTENCE_ONLY);
  }

  /**
   * Whether the object is deleted and created again if an immutable field has changed.
   *
   * @param byPolicy whether the application's policy says so
   */
  public boolean replaces(boolean byPolicy) {
    return effects.contains(Effect.REPLACED)
        || (byPolicy && !effects.contains(Effect.NOT_REPLACED));
  }

  /**
   * Returns whether fields of an object that other managers own are taken over.
   *
   * @param byPolicy whether the application's policy says so
   */
  public static boolean forces(JsonNode object, boolean byPolicy) {
    Set<Effect> effects = of(object).effects();
    return effects.contains(Effect.FORCED) || (byPolicy && !effects.contains(Effect.NOT_FORCED));
  }

  /**
   * Returns how the dependents of the object are treated when it is deleted; empty for the
   * policy's.
   */
  public Optional<Propagation> propagation() {
    if (effects.contains(Effect.FOREGROUND)) {
      return Optional.of(Propagation.FOREGROUND);
    }
    if (effects.contains(Effect.ORPHAN)) {
      return Optional.of(Propagation.ORPHAN);
    }
    return effects.contains(Effect.BACKGROUND)
        ? Optional.of(Propagation.BACKGROUND)
        : Optional.empty();
  }
}
