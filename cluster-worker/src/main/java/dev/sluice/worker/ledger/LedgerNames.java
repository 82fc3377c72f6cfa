package dev.sluice.worker.ledger;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.manifest.Ownership;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names of what an installation keeps about itself in a cluster. The installation is a part of
 * each, so that two installations in one namespace share nothing.
 *
 * @param namespace the system namespace
 * @param installation a DNS subdomain; the last dot of a ledger's name is before the application,
 *     which has none
 */
public record LedgerNames(String namespace, String installation) {

  /** Label of all ledgers, whatever the installation. */
  public static final String LABEL = "sluice.dev/ledger";

  /** Label of what a ledger of an earlier version left under its name. */
  static final String MARKER = "sluice.dev/moved-ledger";

  /** Label of the Secrets with signing keys. */
  static final String KEY_LABEL = "sluice.dev/ledger-key";

  /** Annotation with the signature of a ledger's content. */
  static final String SIGNATURE = "sluice.dev/signature";

  /** Labels and annotations that only what Sluice keeps about itself carries. */
  public static final Set<String> RESERVED = Set.of(LABEL, MARKER, KEY_LABEL, SIGNATURE);

  /** What the names of all ledgers begin with, whatever the installation. */
  public static final String PREFIX = "sluice-ledger.";

  /** What the names of ledgers began with in versions that left the installation out. */
  public static final String OLD_PREFIX = "sluice-ledger-";

  /** What the names of Secrets with signing keys begin with, whatever the installation. */
  public static final String KEY_PREFIX = "sluice-ledger-key.";

  /** Returns the name of an application's ledger. */
  public String ledger(ApplicationName application) {
    return PREFIX + installation + "." + application;
  }

  /** Returns the name that an earlier version gave to an application's ledger. */
  String oldLedger(ApplicationName application) {
    return OLD_PREFIX + application;
  }

  /** Returns the name of the Secret with the keys that ledgers are signed with. */
  public String keySecret() {
    return KEY_PREFIX + installation;
  }

  /** Returns whose ledger has this name; empty if none of this installation has. */
  public Optional<ApplicationName> application(String name) {
    return application(name, PREFIX + installation + ".");
  }

  /** Returns whose ledger had this name in an earlier version; empty if none had. */
  Optional<ApplicationName> oldApplication(String name) {
    return application(name, OLD_PREFIX);
  }

  /** Whether this version or an earlier one names ledgers so. */
  boolean isLedger(String name) {
    return application(name).or(() -> oldApplication(name)).isPresent();
  }

  private static Optional<ApplicationName> application(String name, String prefix) {
    if (!name.startsWith(prefix)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ApplicationName(name.substring(prefix.length())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns the labels that an application's ledger must have. */
  Map<String, String> labels(ApplicationName application) {
    return Map.of(
        LABEL,
        "true",
        Ownership.INSTALLATION_LABEL,
        installation,
        Ownership.APPLICATION_LABEL,
        application.value());
  }

  /** Returns the path of the ledgers' collection. */
  String collection() {
    return "/api/v1/namespaces/" + namespace + "/configmaps";
  }

  /** Returns the path of an application's ledger. */
  String path(ApplicationName application) {
    return collection() + "/" + ledger(application);
  }

  /** Returns the path of the signing keys' Secret. */
  String keyPath() {
    return "/api/v1/namespaces/" + namespace + "/secrets/" + keySecret();
  }
}
