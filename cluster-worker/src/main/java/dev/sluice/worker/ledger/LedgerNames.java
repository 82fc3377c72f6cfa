package dev.sluice.worker.ledger;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.manifest.Ownership;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names of an installation's own objects in a cluster. Each contains the installation, so that two
 * installations in one namespace share nothing.
 *
 * @param namespace the system namespace
 * @param installation a DNS subdomain; the last dot in a ledger's name precedes the application,
 *     which contains none
 */
public record LedgerNames(String namespace, String installation) {

  /** Label of all ledgers, whatever the installation. */
  public static final String LABEL = "sluice.dev/ledger";

  /** Label of the marker that replaces a ledger of an earlier version under its name. */
  static final String MARKER = "sluice.dev/moved-ledger";

  /** Label of the Secrets with signing keys. */
  static final String KEY_LABEL = "sluice.dev/ledger-key";

  /** Annotation with the signature of a ledger's content. */
  static final String SIGNATURE = "sluice.dev/signature";

  /** Labels and annotations that only Sluice's own state carries. */
  public static final Set<String> RESERVED = Set.of(LABEL, MARKER, KEY_LABEL, SIGNATURE);

  /** Prefix of the names of all ledgers, whatever the installation. */
  public static final String PREFIX = "sluice-ledger.";

  /** Prefix of ledger names in versions that did not include the installation. */
  public static final String OLD_PREFIX = "sluice-ledger-";

  /** Prefix of the names of Secrets with signing keys, whatever the installation. */
  public static final String KEY_PREFIX = "sluice-ledger-key.";

  /** Returns the name of an application's ledger. */
  public String ledger(ApplicationName application) {
    return PREFIX + installation + "." + application;
  }

  /** Returns the name that an earlier version gave to an application's ledger. */
  String oldLedger(ApplicationName application) {
    return OLD_PREFIX + application;
  }

  /** Returns the name of the Secret with the signing keys. */
  public String keySecret() {
    return KEY_PREFIX + installation;
  }

  /**
   * Returns the application of the ledger with this name; empty if it is no ledger of this
   * installation.
   */
  public Optional<ApplicationName> application(String name) {
    return application(name, PREFIX + installation + ".");
  }

  /**
   * Returns the application of the ledger with this name in an earlier version; empty if it is
   * none.
   */
  Optional<ApplicationName> oldApplication(String name) {
    return application(name, OLD_PREFIX);
  }

  /** Returns whether this version or an earlier one uses this name for a ledger. */
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
