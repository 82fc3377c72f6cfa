package dev.sluice.api.http;

import dev.sluice.api.checkpoint.CheckpointConfig;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Configuration of the API. Without tokens every caller has all rights, so the API then listens on
 * loopback only.
 */
public final class ApiConfig {

  public static final Setting<Path> READ_MODEL =
      Setting.path(
              "read-model",
              "directory of the read model's database; built from the topics if it is lost")
          .or(".sluice/read-model");
  public static final Setting<String> HOST =
      Setting.text(
              "api-host",
              "ADDRESS",
              "address of the API; any address but loopback requires --api-token")
          .or("127.0.0.1");
  public static final Setting<Integer> PORT =
      Setting.integer("api-port", "port of the API; 0 for any free port", 0, 65535).or("8090");
  private static final Setting<List<TokenSetting>> TOKENS =
      Setting.list(
          "api-token",
          "name=N,secret=REF,role=R",
          "a token of the API: role viewer|operator|admin, the token by reference (env:NAME,"
              + " file:PATH); application=GLOB and cluster=GLOB, both repeatable, limit"
              + " what its holder can see and command",
          TokenSetting::parse);

  private static final Setting<Boolean> CDEVENTS =
      Setting.flag(
          "api-cdevents",
          "publish deployments, rollbacks, removals, merges and reviews as CDEvents to the topic"
              + " PREFIX.cdevents");

  public static final List<Setting<?>> SETTINGS =
      Stream.<List<? extends Setting<?>>>of(
              List.of(READ_MODEL, HOST, PORT, TOKENS, CDEVENTS), CheckpointConfig.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private final Path readModel;
  private final String host;
  private final int port;
  private final List<TokenSetting> tokens;
  private final boolean cdEvents;
  private final CheckpointConfig checkpoints;

  private ApiConfig(
      Path readModel,
      String host,
      int port,
      List<TokenSetting> tokens,
      boolean cdEvents,
      CheckpointConfig checkpoints) {
    this.readModel = readModel;
    this.host = host;
    this.port = port;
    this.tokens = List.copyOf(tokens);
    this.cdEvents = cdEvents;
    this.checkpoints = checkpoints;
  }

  /**
   * Reads the configuration.
   *
   * @throws ConfigurationException if it would give every host access without a token
   */
  public static ApiConfig from(SettingValues values) {
    ApiConfig config =
        new ApiConfig(
            values.get(READ_MODEL),
            values.get(HOST),
            values.get(PORT),
            values.get(TOKENS),
            values.get(CDEVENTS),
            CheckpointConfig.from(values));
    if (config.tokens.isEmpty() && !config.isLoopback()) {
      throw new ConfigurationException(
          List.of(
              new ConfigurationException.Problem(
                  HOST.option(),
                  "%s is not a loopback address: give %s, or listen on 127.0.0.1"
                      .formatted(config.host, TOKENS.option()))));
    }
    return config;
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  Path readModel() {
    return readModel;
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  List<TokenSetting> tokens() {
    return tokens;
  }

  /** Returns whether CDEvents are published. */
  boolean cdEvents() {
    return cdEvents;
  }

  CheckpointConfig checkpoints() {
    return checkpoints;
  }
}
