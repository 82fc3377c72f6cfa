package dev.sluice.standalone.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/** Log converter that indents the lines of an exception, so that none looks like a log line. */
public final class VisibleTrace extends CompositeConverter<ILoggingEvent> {

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return text.isEmpty() ? text : "  " + Visible.block(text) + System.lineSeparator();
  }
}
