package dev.sluice.standalone.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.cli.ExitException;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The Secret with the client settings of a Kafka user, which the parts mount as files. */
final class KafkaClientSecret {

  private static final int FAILED = 1;
  private static final String PROTOCOL = "security.protocol";
  private static final String TRUST_STORE = "ssl.truststore.location";
  private static final String TRUST_STORE_FILE = "truststore";

  /** Settings of TLS that belong to the administrator, and not to every client. */
  private static final Pattern OWN_KEY = Pattern.compile("ssl\\.(keystore|key\\.password).*");

  private static final Pattern LOGIN =
      Pattern.compile("username=\"(?<user>[^\"]*)\" password=\"(?<password>[^\"]*)\"");

  private KafkaClientSecret() {}

  /**
   * Returns the Secret of a user.
   *
   * @param connection client settings whose TLS settings and protocol the user's client takes
   * @throws ExitException if the file with trusted certificates cannot be read
   */
  static ObjectNode of(
      ObjectNames names, Map<String, String> connection, String user, String password) {
    Map<String, String> properties = new TreeMap<>();
    connection.forEach(
        (key, value) -> {
          if (key.startsWith("ssl.") && !OWN_KEY.matcher(key).matches()) {
            properties.put(key, value);
          }
        });
    properties.put(
        PROTOCOL,
        connection.getOrDefault(PROTOCOL, "PLAINTEXT").endsWith("SSL")
            ? "SASL_SSL"
            : "SASL_PLAINTEXT");
    properties.putAll(KafkaAccount.login(user, password));
    ObjectNode secret = JsonNodeFactory.instance.objectNode();
    secret.put("apiVersion", "v1").put(ObjectNames.KIND, "Secret").put("type", "Opaque");
    ObjectNode metadata = secret.putObject("metadata");
    metadata.put("name", names.kafkaSecret().orElseThrow()).put("namespace", names.namespace());
    metadata.putObject("labels").put("app.kubernetes.io/part-of", "sluice");
    ObjectNode data = secret.putObject("data");
    Optional.ofNullable(properties.get(TRUST_STORE))
        .ifPresent(
            file -> {
              data.put(TRUST_STORE_FILE, base64(read(Path.of(file))));
              properties.put(TRUST_STORE, Installation.mounted(TRUST_STORE_FILE));
            });
    data.put(
        Installation.KAFKA_PROPERTIES,
        base64(
            properties.entrySet().stream()
                .map(entry -> "%s=%s%n".formatted(entry.getKey(), escaped(entry.getValue())))
                .collect(Collectors.joining())
                .getBytes(UTF_8)));
    return secret;
  }

  /** Returns the password of a user in a Secret that {@link #of} made; empty if it has none. */
  static Optional<String> password(Secret secret, String user) {
    return Optional.ofNullable(secret.getData())
        .map(data -> data.get(Installation.KAFKA_PROPERTIES))
        .map(text -> login(new String(Base64.getDecoder().decode(text), UTF_8)))
        .map(LOGIN::matcher)
        .filter(Matcher::find)
        .filter(login -> login.group("user").equals(user))
        .map(login -> login.group("password"));
  }

  private static String login(String text) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException | IllegalArgumentException e) {
      return ""; // not of this program
    }
    return properties.getProperty("sasl.jaas.config", "");
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ExitException(FAILED, "cannot read the trusted certificates: " + e);
    }
  }

  private static String base64(byte[] content) {
    return Base64.getEncoder().encodeToString(content);
  }

  /** Escapes what a Java properties file would read as an escape or a continued line. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n");
  }
}
