package dev.sluice.standalone.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/** Keeps a message and its key-values on one line of the log, whatever they quote. */
public final class VisibleMessage extends CompositeConverter<ILoggingEvent> {

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return Visible.line(text);
  }
}
