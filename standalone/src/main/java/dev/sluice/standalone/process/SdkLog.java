package dev.sluice.standalone.process;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Redirects logs of the SDK from java.util.logging to SLF4J, such as that spans cannot be sent. */
final class SdkLog extends Handler {

  /** A strong reference, so that the logger and its handler are not garbage-collected. */
  private static final Logger SDK = Logger.getLogger("io.opentelemetry");

  private static final SdkLog HANDLER = new SdkLog();

  private final SimpleFormatter formatter = new SimpleFormatter();

  private SdkLog() {}

  static void redirect() {
    SDK.setUseParentHandlers(false);
    SDK.removeHandler(HANDLER);
    SDK.addHandler(HANDLER);
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    String name = record.getLoggerName() == null ? SDK.getName() : record.getLoggerName();
    org.slf4j.Logger log = LoggerFactory.getLogger(name);
    LoggingEventBuilder event =
        record.getLevel().intValue() >= Level.WARNING.intValue() ? log.atWarn() : log.atDebug();
    if (record.getThrown() != null) {
      event = event.setCause(record.getThrown());
    }
    event.log("{}", formatter.formatMessage(record));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
