package dev.sluice.standalone.process;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code sluice broker}: the embedded broker alone, for parts that run as separate processes. */
public final class BrokerCommand {

  static final Setting<Path> DATA =
      Setting.path("data", "data directory of the embedded broker").or(".sluice/data");
  static final Setting<Integer> KAFKA_PORT =
      Setting.integer("kafka-port", "port of the embedded broker; 0 for any free port", 0, 65535)
          .or("9092");

  private static final List<Setting<?>> OWN = List.of(DATA, KAFKA_PORT);

  private BrokerCommand() {}

  public static Command command() {
    List<Setting<?>> settings = new ArrayList<>(OWN);
    settings.addAll(Logging.SETTINGS);
    return new Command(
        "broker",
        "Runs only the embedded Kafka broker, to try the parts as separate processes. It listens"
            + " on this machine only.",
        settings,
        BrokerCommand::run);
  }

  private static int run(SettingValues values) throws InterruptedException {
    Logging.configure(values);
    try (Lifetime parts = Lifetime.ofProcess()) {
      EmbeddedBroker broker = start(values, parts);
      System.out.printf("the broker is up: use --kafka %s%n", broker.bootstrapServers());
      parts.awaitStop();
    }
    return 0;
  }

  private static EmbeddedBroker start(SettingValues values, Lifetime parts) {
    parts.add(DataDirectory.lock(values.get(DATA)));
    Ports.check(OWN, values, List.of(KAFKA_PORT));
    return parts.add(OneProcess.broker(values.get(DATA), values.get(KAFKA_PORT)));
  }
}
