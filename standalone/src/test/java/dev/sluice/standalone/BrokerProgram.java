package dev.sluice.standalone;

import dev.sluice.platform.kafka.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Program that runs a broker alone, so that a test can freeze and kill it. */
final class BrokerProgram {

  private BrokerProgram() {}

  /** Runs a broker with the data directory and port in the arguments until it is killed. */
  public static void main(String[] arguments) throws InterruptedException {
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      System.out.println("broker at " + broker.bootstrapServers());
      new CountDownLatch(1).await();
    }
  }
}
