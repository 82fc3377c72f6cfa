package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.standalone.cli.ExitException;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;

/** The Kafka user of an installation in one cluster: its password, its ACLs and its Secret. */
final class KafkaSetup {

  static final Setting<Optional<Map<String, String>>> ADMIN =
      Setting.of(
              "kafka-properties",
              "PATH",
              "a Java properties file with the client settings of an administrator of Kafka, who"
                  + " then makes the user, its ACLs and its Secret",
              path -> KafkaSettings.KAFKA_PROPERTIES.parser().apply(List.of(path)).orElseThrow())
          .optional();
  static final Setting<Optional<String>> PARTS_KAFKA =
      Setting.text(
              "parts-kafka",
              "HOST:PORT",
              "Kafka's address for the installed parts, if it differs from --kafka")
          .optional();
  static final Setting<Optional<Map<String, String>>> PARTS_PROPERTIES =
      Setting.of(
              "parts-kafka-properties",
              "PATH",
              "a Java properties file with security.protocol and TLS settings of the installed"
                  + " parts, if they differ from those of --kafka-properties",
              path -> KafkaSettings.KAFKA_PROPERTIES.parser().apply(List.of(path)).orElseThrow())
          .optional();
  static final Setting<Boolean> PRINT_ACLS =
      Setting.flag(
          "print-acls",
          "only print commands of Kafka's tools, and a KafkaUser of Strimzi, that make the user");
  static final Setting<Boolean> NEW_PASSWORD =
      Setting.flag(
          "new-password",
          "give the Kafka user a new password, although it may have one that others use");

  static final List<Setting<?>> SETTINGS =
      List.of(
          KafkaSettings.KAFKA,
          KafkaSettings.TOPIC_PREFIX,
          ADMIN,
          PARTS_KAFKA,
          PARTS_PROPERTIES,
          InstallSettings.KAFKA_SECRET,
          PRINT_ACLS,
          NEW_PASSWORD);

  private static final int FAILED = 1;
  private static final String SECRET = "sluice-kafka";
  private static final int PASSWORD_BYTES = 32;

  private final SettingValues values;
  private final String user;
  private final List<AclBinding> acls;
  private final PrintStream out;

  KafkaSetup(SettingValues values, String user, List<AclBinding> acls, PrintStream out) {
    this.values = values;
    this.user = user;
    this.acls = acls;
    this.out = out;
  }

  /** Returns the Secret that the parts mount; empty if Kafka has no users. */
  static Optional<String> secretName(SettingValues values) {
    return values.get(InstallSettings.KAFKA_SECRET).or(() -> values.get(ADMIN).map(_ -> SECRET));
  }

  /** Returns whether this program makes the user, instead of using a Secret that exists. */
  boolean makesUser() {
    return values.get(ADMIN).isPresent();
  }

  /** Prints how somebody else makes the user. */
  void printCommands() {
    AclCommands commands = new AclCommands(user, acls);
    out.println("# with Kafka's tools; the password is in the variable PASSWORD");
    out.print(commands.kafka(values.get(KafkaSettings.KAFKA)));
    out.println();
    out.println("# or with Strimzi's user operator; replace CLUSTER by the name of the Kafka");
    out.print(commands.strimzi());
  }

  /** The password of the user, and whether Kafka does not have it yet. */
  record Password(String value, boolean isNew) {}

  /**
   * Returns the password that the user has, or gets. Changes nothing.
   *
   * @param present the Secret in the cluster, whose password is kept
   * @throws ExitException if the user exists, so that others may use its password, which is not in
   *     the Secret
   */
  Password password(ObjectNames names, Optional<Secret> present) throws InterruptedException {
    String protocol = ofParts().getOrDefault("security.protocol", "PLAINTEXT");
    if (!protocol.startsWith("SASL_")) {
      throw new ExitException(
          InstallSettings.WRONG_USAGE,
          "the parts log in with a password, which a listener of %s does not take: name one of SASL_SSL with --parts-kafka, and its client settings with --parts-kafka-properties"
              .formatted(protocol));
    }
    String secret = names.namespace() + "/" + names.kafkaSecret().orElseThrow();
    if (present.isPresent() && !ClusterObjects.isApplied(present.get())) {
      throw new ExitException(
          FAILED,
          "the Secret %s exists, and 'sluice install' or 'sluice cluster add' has not made it: name another with --kafka-secret, or leave --kafka-properties out to use it"
              .formatted(secret));
    }
    Optional<String> kept = present.flatMap(each -> KafkaClientSecret.password(each, user));
    try (Admin admin = admin(values)) {
      boolean exists = new KafkaAccount(admin, user).exists();
      if (values.get(NEW_PASSWORD)) {
        return new Password(random(), /* isNew= */ true);
      }
      if (exists && kept.isEmpty()) {
        throw new ExitException(
            FAILED,
            "the Kafka user %s exists, but its password is not in the Secret %s: another installation may use it, such as one in another namespace or cluster; --new-password gives the user a new password, which locks the other out"
                .formatted(user, secret));
      }
      return new Password(kept.orElseGet(KafkaSetup::random), !exists);
    }
  }

  /** Returns the Secret with the user's client settings. */
  ObjectNode secret(ObjectNames names, Password password) {
    return KafkaClientSecret.of(names, ofParts(), user, password.value());
  }

  private Map<String, String> ofParts() {
    return values.get(PARTS_PROPERTIES).orElseGet(() -> values.get(ADMIN).orElseThrow());
  }

  /**
   * Makes the user and its ACLs, as far as they are missing, and prints what was done.
   *
   * @param isDryRun whether to only print it
   */
  void make(Password password, boolean isDryRun) throws InterruptedException {
    try (Admin admin = admin(values)) {
      KafkaAccount account = new KafkaAccount(admin, user);
      Set<AclBinding> present = account.acls();
      List<AclBinding> missing = acls.stream().filter(acl -> !present.contains(acl)).toList();
      if (!isDryRun && password.isNew()) {
        account.setPassword(password.value());
      }
      if (!isDryRun && !missing.isEmpty()) {
        account.allow(missing);
      }
      if (password.isNew() || !missing.isEmpty()) {
        out.printf(
            "%-9s Kafka user %s%s, %d of %d ACLs%n",
            isDryRun ? "would be made" : "made",
            user,
            password.isNew() ? " with a new password" : "",
            missing.size(),
            acls.size());
      } else {
        out.printf("%-9s Kafka user %s, %d ACLs%n", "unchanged", user, acls.size());
      }
      present.stream()
          .filter(acl -> !acls.contains(acl))
          .forEach(acl -> out.printf("left      ACL of %s: %s%n", user, AclCommands.shown(acl)));
    }
  }

  /** Returns a client of Kafka's administrator. */
  static Admin admin(SettingValues values) {
    return Admin.create(KafkaSettings.connection(values).admin());
  }

  private static String random() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
