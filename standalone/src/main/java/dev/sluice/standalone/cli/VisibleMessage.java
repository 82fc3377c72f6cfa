package dev.sluice.standalone.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/** Log converter that keeps a message and its key-values on one line. */
public final class VisibleMessage extends CompositeConverter<ILoggingEvent> {

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return Visible.line(text);
  }
}
