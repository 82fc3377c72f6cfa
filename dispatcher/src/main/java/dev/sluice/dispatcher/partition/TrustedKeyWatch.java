package dev.sluice.dispatcher.partition;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.Finding;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.inputs.signature.CommitSignatures;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Watch of the trusted keys of a ref's applications whose commits were refused. Once the keys
 * differ from those that an evaluation used, the application is due again. {@code state} does not
 * record it, since the next owner of the partition evaluates these applications. Used by the
 * partition's thread only.
 */
final class TrustedKeyWatch {

  /** Interval between two reads of the keys. */
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /**
   * A refused application.
   *
   * @param keys digests of the keys that its commits were verified with
   * @param cause of the evaluation
   */
  private record Refused(Map<Verification, String> keys, Trigger.Cause cause) {

    boolean isChanged(Map<Verification, String> present) {
      return keys.entrySet().stream()
          .anyMatch(
              used ->
                  present.containsKey(used.getKey())
                      && !used.getValue().equals(present.get(used.getKey())));
    }
  }

  private final Evaluations evaluations;
  private final RefKey key;
  private final Map<ApplicationName, Refused> refused = new HashMap<>();
  private boolean isReading;

  TrustedKeyWatch(Evaluations evaluations, RefKey key) {
    this.evaluations = evaluations;
    this.key = key;
  }

  /**
   * Begins to watch for the applications that were refused in a batch of findings, and ends it for
   * the others.
   *
   * @param cause of the evaluation
   */
  void found(FindingBatch batch, Trigger.Cause cause) {
    Set<ApplicationName> accepted = new TreeSet<>();
    Map<ApplicationName, Refused> found = new HashMap<>();
    for (Finding finding : batch.findings()) {
      ApplicationName application = finding.definition().application();
      if (finding instanceof Finding.Refused one && CommitSignatures.isAbout(one.failure())) {
        found.put(application, new Refused(used(finding, batch), cause));
      } else {
        accepted.add(application);
      }
    }
    refused.keySet().removeAll(accepted);
    refused.putAll(found);
    readLater();
  }

  /**
   * Takes the digests of the present keys, and evaluates the applications for which they are new.
   *
   * @param isKnown whether an application still is in the fleet
   */
  void read(Map<Verification, String> present, Predicate<ApplicationName> isKnown, Due due) {
    isReading = false;
    refused.keySet().removeIf(isKnown.negate());
    Map<ApplicationName, Refused> changed = new TreeMap<>(refused);
    changed.values().removeIf(one -> !one.isChanged(present));
    refused.keySet().removeAll(changed.keySet());
    changed.forEach((application, one) -> due.evaluate(application, one.cause()));
    readLater();
  }

  /** Evaluates an application again. */
  interface Due {
    void evaluate(ApplicationName application, Trigger.Cause cause);
  }

  private void readLater() {
    if (!isReading && !refused.isEmpty()) {
      isReading = true;
      Set<Verification> which = new HashSet<>();
      refused.values().forEach(one -> which.addAll(one.keys().keySet()));
      evaluations.readKeys(key, which, INTERVAL);
    }
  }

  private static Map<Verification, String> used(Finding finding, FindingBatch batch) {
    Map<Verification, String> used = new HashMap<>();
    finding.definition().sources().stream()
        .map(SourceSpec::verify)
        .flatMap(Optional::stream)
        .forEach(
            verification -> {
              String digest = batch.evaluated().trustedKeys().get(verification);
              if (digest != null) {
                used.put(verification, digest);
              }
            });
    return used;
  }
}
