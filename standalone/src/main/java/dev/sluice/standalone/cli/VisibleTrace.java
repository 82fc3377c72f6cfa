package dev.sluice.standalone.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/** Indents the lines of an exception, so that none of them can be taken for a line of the log. */
public final class VisibleTrace extends CompositeConverter<ILoggingEvent> {

  @Override
  protected String transform(ILoggingEvent event, String text) {
    return text.isEmpty() ? text : "  " + Visible.block(text) + System.lineSeparator();
  }
}
