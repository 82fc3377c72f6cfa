package dev.sluice.worker.health;

import dev.sluice.contract.health.Health;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Health by the word that many controllers write as the phase or state of an object. */
final class Phase {

  private static final List<String> FIELDS =
      List.of("status/phase", "status/state", "status/status", "status/health");

  private static final List<String> FLAGS = List.of("status/ready", "status/readyToUse");

  private static final List<String> FAILURES =
      List.of("status/failureMessage", "status/error/message");

  /** The last word of a phase: {@code Running} of {@code ClusterRunning}. */
  private static final Map<String, Health> WORDS =
      Map.ofEntries(
          words(
              Health.HEALTHY,
              "active|available|bound|complete|completed|deployed|established|exists|green|healthy"
                  + "|initialized|ok|online|provisioned|ready|running|succeeded|success|successful|synced"
                  + "|valid"),
          words(
              Health.PROGRESSING,
              "configuring|creating|deploying|finalising|importing|initializing|installing"
                  + "|pending|progress|progressing|promoting|provisioning|reconciling|scaling"
                  + "|scheduled|scheduling|starting|stopping|updating|upgrading|waiting|yellow"),
          words(Health.SUSPENDED, "hibernated|paused|stopped|suspended"),
          words(
              Health.DEGRADED,
              "crashed|degraded|error|failed|failure|invalid|lost|red|rejected|unhealthy"));

  /** Kinds that end: one that runs is not healthy yet. */
  private static final Pattern FINITE =
      Pattern.compile(".*(Job|Run|Workflow|Experiment|Backup|Restore|Snapshot|Task)");

  private static final Pattern WORD = Pattern.compile("[a-z]+");

  private Phase() {}

  private static Map.Entry<String, Health> words(Health health, String words) {
    return Map.entry("(?:" + words + ")", health);
  }

  static Stream<String> inputs() {
    return Stream.of(FIELDS, FLAGS, FAILURES, List.of("status/message")).flatMap(List::stream);
  }

  /** Returns the health if the object has a message about a failure. */
  static Optional<ObjectHealth> failure(Observed object) {
    return FAILURES.stream()
        .map(each -> object.text("/" + each))
        .filter(each -> !each.isEmpty())
        .findFirst()
        .map(each -> ObjectHealth.degraded("has failed: %s", each));
  }

  static Optional<ObjectHealth> of(Observed object) {
    return FIELDS.stream()
        .map(each -> object.text("/" + each))
        .filter(each -> !each.isEmpty())
        .flatMap(phase -> health(object, phase).map(each -> judged(object, phase, each)).stream())
        .findFirst()
        .or(() -> flag(object));
  }

  private static Optional<ObjectHealth> flag(Observed object) {
    return FLAGS.stream()
        .filter(each -> object.object().at("/" + each).isBoolean())
        .findFirst()
        .map(
            each ->
                object.flag("/" + each)
                    ? ObjectHealth.healthy("is ready")
                    : ObjectHealth.progressing("is not ready yet"));
  }

  private static Optional<Health> health(Observed object, String phase) {
    String spaced = phase.replaceAll("(\\p{Lower})(\\p{Upper})", "$1 $2").toLowerCase(Locale.ROOT);
    List<String> words = WORD.matcher(spaced).results().map(MatchResult::group).toList();
    if (words.isEmpty()) {
      return Optional.empty();
    }
    String last = words.getLast();
    if (words.size() > 1 && words.get(words.size() - 2).equals("not")) {
      return Optional.of(Health.PROGRESSING);
    }
    if (last.equals("running") && FINITE.matcher(object.kind().kind()).matches()) {
      return Optional.of(Health.PROGRESSING);
    }
    return WORDS.entrySet().stream()
        .filter(each -> last.matches(each.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static ObjectHealth judged(Observed object, String phase, Health health) {
    String message = object.text("/status/message");
    return new ObjectHealth(health, message.isEmpty() ? phase : phase + ": " + message);
  }
}
