package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  static final Setting<Boolean> PRINT_SECRET =
      Setting.flag(
          "print-secret",
          "with --print and --kafka-properties: make the user, and print its Secret too");

  static final List<Setting<?>> SETTINGS =
      List.of(
          KafkaSettings.KAFKA,
          KafkaSettings.TOPIC_PREFIX,
          ADMIN,
          PARTS_KAFKA,
          PARTS_PROPERTIES,
          InstallSettings.KAFKA_SECRET,
          PRINT_ACLS,
          PRINT_SECRET);

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

  /** Whether this program makes the user, instead of referring to a Secret that exists. */
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

  /**
   * Makes the user and its ACLs, as far as they are missing, and returns its Secret.
   *
   * @param present the Secret in the cluster; its password is kept
   * @param isDryRun whether to only print what is missing
   */
  ObjectNode make(ObjectNames names, Optional<Secret> present, boolean isDryRun)
      throws InterruptedException {
    Optional<String> kept = present.flatMap(secret -> KafkaClientSecret.password(secret, user));
    String password = kept.orElseGet(KafkaSetup::random);
    try (Admin admin = admin(values)) {
      KafkaAccount account = new KafkaAccount(admin, user);
      boolean isNew = kept.isEmpty() || !account.exists();
      List<AclBinding> missing = account.missing(acls);
      if (!isDryRun && isNew) {
        account.setPassword(password);
      }
      if (!isDryRun && !missing.isEmpty()) {
        account.allow(missing);
      }
      if (isNew || !missing.isEmpty()) {
        out.printf(
            "%-9s Kafka user %s%s, %d of %d ACLs%n",
            isDryRun ? "would be made" : "made",
            user,
            isNew ? " with a new password" : "",
            missing.size(),
            acls.size());
      } else {
        out.printf("%-9s Kafka user %s, %d ACLs%n", "unchanged", user, acls.size());
      }
    }
    return KafkaClientSecret.of(
        names,
        values.get(PARTS_PROPERTIES).orElseGet(() -> values.get(ADMIN).orElseThrow()),
        user,
        password);
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
