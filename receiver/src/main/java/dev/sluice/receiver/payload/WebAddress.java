package dev.sluice.receiver.payload;

import java.util.Optional;

/** Link to display to people. Never fetched. */
final class WebAddress {

  private static final int MAX_LENGTH = 2_048;

  private WebAddress() {}

  /** Returns the text if it is an http(s) address; others, such as scripts, are dropped. */
  static Optional<String> of(String text) {
    boolean web = text.startsWith("https://") || text.startsWith("http://");
    return web && text.length() <= MAX_LENGTH ? Optional.of(text) : Optional.empty();
  }
}
