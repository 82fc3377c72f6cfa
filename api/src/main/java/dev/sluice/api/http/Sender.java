package dev.sluice.api.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Optional;

/**
 * Where a request came from, as the audit records it.
 *
 * @param address the network address of the other end: the last proxy, if there is one
 * @param userAgent the program, as it calls itself: one line of at most 200 characters
 */
record Sender(Optional<String> address, Optional<String> userAgent) {

  private static final int MAX = 200;

  static Sender of(HttpServerRequest request) {
    return new Sender(
        Optional.ofNullable(request.remoteAddress()).map(SocketAddress::hostAddress),
        Optional.ofNullable(request.getHeader("User-Agent"))
            .map(Sender::line)
            .filter(agent -> !agent.isEmpty()));
  }

  /** Returns a text of the request as one line of at most 200 characters. */
  static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.substring(0, Math.min(MAX, line.length()));
  }
}
