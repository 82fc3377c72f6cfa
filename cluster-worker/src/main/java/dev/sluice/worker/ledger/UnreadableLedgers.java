package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import java.util.Map;
import java.util.Optional;

/**
 * Failures of ledgers that cannot be used, with the reason and the repair.
 *
 * @param names for the messages
 */
record UnreadableLedgers(LedgerNames names) {

  /** Returns the failure of a ledger with wrong labels; empty if they are right. */
  Optional<LedgerReading> byLabels(ApplicationName application, JsonNode labels) {
    for (Map.Entry<String, String> label : names.labels(application).entrySet()) {
      String found = labels.path(label.getKey()).asText("");
      if (!found.equals(label.getValue())) {
        String problem =
            found.isEmpty()
                ? "it has lost its label " + label.getKey()
                : "its label %s is '%s', not '%s'"
                    .formatted(label.getKey(), found, label.getValue());
        FailureCode code =
            found.isEmpty() ? ApplyFailure.LEDGER_UNREADABLE : ApplyFailure.LEDGER_FOREIGN;
        return Optional.of(unreadable(application, code, problem, restoreOrDelete(application)));
      }
    }
    return Optional.empty();
  }

  LedgerReading damaged(ApplicationName application, LedgerCodec.DamagedLedgerException damage) {
    return unreadable(
        application,
        ApplyFailure.LEDGER_UNREADABLE,
        String.valueOf(damage.getMessage()),
        restoreOrDelete(application));
  }

  LedgerReading bySignature(ApplicationName application, Keyring.Verdict verdict) {
    return switch (verdict) {
      case CURRENT, PREVIOUS -> throw new IllegalArgumentException("is valid: " + verdict);
      case ALTERED ->
          unreadable(
              application,
              ApplyFailure.LEDGER_FORGED,
              "it was changed after it was signed; see who may write ConfigMaps in namespace "
                  + names.namespace(),
              restoreOrDelete(application));
      case UNSIGNED ->
          unreadable(
              application,
              ApplyFailure.LEDGER_FORGED,
              "it is not signed",
              trustOrDelete(application));
      case UNKNOWN_KEY ->
          unreadable(
              application,
              ApplyFailure.LEDGER_FORGED,
              "it is signed with a key that is not in Secret %s/%s"
                  .formatted(names.namespace(), names.keySecret()),
              "Put the key back into the Secret as 'previous'. " + trustOrDelete(application));
    };
  }

  LedgerReading withoutKey(ApplicationName application, Keyring keys) {
    return unreadable(
        application,
        ApplyFailure.LEDGER_KEY_UNUSABLE,
        "the Secret %s/%s has no key to verify it with: %s"
            .formatted(names.namespace(), names.keySecret(), keys.problem()),
        "Restore the Secret");
  }

  private String restoreOrDelete(ApplicationName application) {
    return "Restore the ConfigMap, or delete it (kubectl delete configmap %s -n %s): %s is then"
            .formatted(names.ledger(application), names.namespace(), application)
        + " applied again from its newest target, and the sweep finds by labels what it left";
  }

  private String trustOrDelete(ApplicationName application) {
    return "If nobody else wrote it, have all such ledgers trusted once and signed (kubectl patch"
        + " secret %s -n %s -p '{\"stringData\":{\"adopt\":\"true\"}}'). Otherwise: "
            .formatted(names.keySecret(), names.namespace())
        + restoreOrDelete(application);
  }

  private LedgerReading unreadable(
      ApplicationName application, FailureCode code, String problem, String remedy) {
    return new LedgerReading.Unreadable(
        application,
        new Failure(
            code,
            "the ledger of %s, ConfigMap %s/%s, cannot be used: %s. Nothing of %s is written or"
                    .formatted(
                        application,
                        names.namespace(),
                        names.ledger(application),
                        problem,
                        application)
                + " deleted meanwhile. "
                + remedy,
            Failure.Stage.LEDGER,
            Optional.empty()));
  }
}
