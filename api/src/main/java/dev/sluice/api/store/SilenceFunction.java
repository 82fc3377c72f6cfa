package dev.sluice.api.store;

import java.sql.SQLException;
import java.util.Optional;
import org.sqlite.Function;

/** The SQL function {@code silence(cluster, field)}; null where there is none. */
final class SilenceFunction extends Function {

  static final String NAME = "silence";

  private final Silences silences;

  SilenceFunction(Silences silences) {
    this.silences = silences;
  }

  @Override
  protected void xFunc() throws SQLException {
    String cluster = value_text(0);
    Optional<Silences.Silence> silence =
        cluster.isEmpty() ? silences.ofDispatchers() : silences.ofCluster(cluster);
    if (silence.isEmpty()) {
      result();
      return;
    }
    switch (value_text(1)) {
      case "code" -> result(silence.get().code().value());
      case "message" -> result(silence.get().message());
      case "since" -> result(silence.get().since().toEpochMilli());
      default -> error("no such field of a silence");
    }
  }
}
