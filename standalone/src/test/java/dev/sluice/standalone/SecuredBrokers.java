package dev.sluice.standalone;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.ThreeBrokers;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.tls.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/** Three brokers with TLS, an authorizer, and a user for each part besides the administrator. */
final class SecuredBrokers implements AutoCloseable {

  static final String ADMIN = "admin";

  /** Beginning of every password that this class gives to a user. */
  static final String PASSWORD = "secret-of-";

  private static final String STORE = "kafka";
  private static final String LISTENER = "listener.name.clients.";

  private final Path directory;
  private final Login login;
  private final Path authority;
  private final ThreeBrokers brokers;

  /**
   * How users show who they are. The administrator has a password (PLAIN) unless all are by TLS.
   */
  enum Login {
    PLAIN("SASL_SSL"),
    SCRAM("SASL_SSL"),
    CERTIFICATE("SSL");

    private final String protocol;

    Login(String protocol) {
      this.protocol = protocol;
    }
  }

  /** Starts the brokers, with these users besides the administrator. */
  SecuredBrokers(Path directory, Login login, Collection<String> users) throws Exception {
    this.directory = directory;
    this.login = login;
    this.authority = pem(STORE, List.of(SelfSigned.create(directory, STORE)));
    List<String> all = Stream.concat(Stream.of(ADMIN), users.stream()).toList();
    Map<String, String> settings = new HashMap<>(brokerSettings());
    switch (login) {
      case PLAIN -> settings.putAll(plain(all));
      case SCRAM -> settings.putAll(plain(List.of(ADMIN)));
      case CERTIFICATE -> settings.putAll(certificates(all));
    }
    this.brokers = new ThreeBrokers(directory, login.protocol, settings);
    if (login == Login.SCRAM) {
      createScramUsers(users);
    }
  }

  String bootstrapServers() {
    return brokers.bootstrapServers();
  }

  /** Stops one of the brokers. */
  void stopOne() {
    brokers.stopOne();
  }

  /** Returns a connection of the administrator. */
  KafkaConnection connection(Topics topics) {
    return new KafkaConnection(bootstrapServers(), topics, Map.copyOf(client(ADMIN)));
  }

  /** Writes the client settings of a user. */
  Path properties(String user) throws IOException {
    return Files.writeString(
        directory.resolve(user + ".properties"),
        client(user).entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  private Map<String, String> client(String user) {
    Map<String, String> settings = new HashMap<>();
    settings.put("security.protocol", login.protocol);
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", authority.toString());
    if (login == Login.CERTIFICATE) {
      settings.putAll(keyStore("", user));
      return settings;
    }
    boolean isPlain = login == Login.PLAIN || user.equals(ADMIN);
    settings.put("sasl.mechanism", isPlain ? "PLAIN" : "SCRAM-SHA-512");
    settings.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s%s\";"
            .formatted(
                isPlain ? "plain.PlainLoginModule" : "scram.ScramLoginModule",
                user,
                PASSWORD,
                user));
    return settings;
  }

  private Map<String, String> brokerSettings() {
    Map<String, String> settings = new HashMap<>(keyStore(LISTENER, STORE));
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("auto.create.topics.enable", "false"); // the dispatcher creates them
    // the brokers' own listeners have no users
    settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
    return settings;
  }

  private static Map<String, String> plain(Collection<String> users) {
    String logins =
        users.stream()
            .map(user -> "user_%s=\"%s%s\"".formatted(user, PASSWORD, user))
            .collect(Collectors.joining(" "));
    return Map.of(
        "sasl.enabled.mechanisms",
        "PLAIN,SCRAM-SHA-512",
        LISTENER + "plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required %s;".formatted(logins),
        LISTENER + "scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
  }

  /** Every user has a key of its own; the name of its certificate is that of the user. */
  private Map<String, String> certificates(Collection<String> users) throws Exception {
    List<KeyStore> stores = new ArrayList<>();
    for (String user : users) {
      stores.add(SelfSigned.create(directory, user));
    }
    return Map.of(
        LISTENER + "ssl.client.auth",
        "required",
        LISTENER + "ssl.truststore.type",
        "PEM",
        LISTENER + "ssl.truststore.location",
        pem("clients", stores).toString(),
        LISTENER + "ssl.principal.mapping.rules",
        "RULE:^CN=(.*)$/$1/");
  }

  private Map<String, String> keyStore(String prefix, String name) {
    String password = new String(SelfSigned.password());
    return Map.of(
        prefix + "ssl.keystore.location",
        directory.resolve(name + ".p12").toString(),
        prefix + "ssl.keystore.type",
        "PKCS12",
        prefix + "ssl.keystore.password",
        password,
        prefix + "ssl.key.password",
        password);
  }

  private void createScramUsers(Collection<String> users) throws Exception {
    List<UserScramCredentialAlteration> created =
        users.stream()
            .<UserScramCredentialAlteration>map(
                user ->
                    new UserScramCredentialUpsertion(
                        user,
                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                        PASSWORD + user))
            .toList();
    if (!created.isEmpty()) {
      try (Admin admin = Admin.create(connection(Topics.DEFAULT).admin())) {
        admin.alterUserScramCredentials(created).all().get();
      }
    }
  }

  private Path pem(String name, List<KeyStore> stores) throws Exception {
    StringBuilder text = new StringBuilder();
    for (KeyStore store : stores) {
      byte[] certificate = store.getCertificate(store.aliases().nextElement()).getEncoded();
      text.append(
          "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
              .formatted(Base64.getMimeEncoder().encodeToString(certificate)));
    }
    return Files.writeString(directory.resolve(name + ".pem"), text);
  }

  @Override
  public void close() {
    brokers.close();
  }
}
