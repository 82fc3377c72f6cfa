package dev.sluice.standalone.process;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.api.store.Snapshot;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands that copy the read model of an API, and put a copy in its place. */
public final class SnapshotCommands {

  private static final Setting<Path> FILE = Setting.path("snapshot", "file of the snapshot");
  private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(15);

  private SnapshotCommands() {}

  public static Command snapshot() {
    List<Setting<?>> settings = new ArrayList<>(List.of(ApiConfig.READ_MODEL));
    settings.addAll(Logging.SETTINGS);
    return new Command(
        "api snapshot",
        "Writes the read model to a file, on the machine of the API, which may be running.",
        settings,
        Optional.of(FILE),
        values -> {
          Logging.configure(values);
          Snapshot.write(values.get(ApiConfig.READ_MODEL), values.get(FILE));
          return 0;
        });
  }

  public static Command restore() {
    List<Setting<?>> settings = new ArrayList<>(KafkaSettings.ALL);
    settings.add(ApiConfig.READ_MODEL);
    settings.addAll(Logging.SETTINGS);
    return new Command(
        "api restore",
        "Puts a snapshot of the same topics in the place of a read model. The API reads on from"
            + " there.",
        settings,
        Optional.of(FILE),
        values -> {
          Logging.configure(values);
          Path directory = values.get(ApiConfig.READ_MODEL);
          Snapshot.restore(
                  values.get(FILE),
                  directory,
                  LogIdentity.of(KafkaSettings.connection(values), TOPICS_TIMEOUT))
              .ifPresent(
                  before -> System.out.println("the read model that was there is now " + before));
          return 0;
        });
  }
}
