package dev.sluice.api.http;

import dev.sluice.api.http.Sessions.Session;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Authentication of requests: by a bearer token, or by the session of a browser. */
final class Callers {

  static final String PROOF = "Sluice-Session-Proof";
  private static final String COOKIE = "sluice-session";

  private final Access access;
  private final Refusals refusals;
  private final Sessions sessions;

  Callers(Access access, Refusals refusals, Clock clock) {
    this.access = access;
    this.refusals = refusals;
    this.sessions = new Sessions(clock);
  }

  /**
   * Returns who sent a request. An {@code Authorization} header wins over a session.
   *
   * @throws Problem 401 or 403; it is recorded in the audit
   */
  Principal of(RoutingContext context) {
    try {
      return identify(context.request()).from(Sender.of(context.request()));
    } catch (Problem denied) {
      refusals.denied(context, denied);
      throw denied;
    }
  }

  private Principal identify(HttpServerRequest request) {
    String authorization = request.getHeader("Authorization");
    Optional<Session> session = authorization == null ? session(request) : Optional.empty();
    if (session.isEmpty()) {
      return byToken(request, authorization);
    }
    if (!request.method().equals(HttpMethod.GET)
        && !session.get().isProvenBy(Optional.ofNullable(request.getHeader(PROOF)))) {
      throw new Problem(
          403,
          "Not from the page",
          "a request that writes with a session needs the header %s: reload the page"
              .formatted(PROOF));
    }
    return session.get().principal();
  }

  boolean needsToken() {
    return access.hasTokens();
  }

  /** Returns the caller that a token belongs to; without tokens, the local one. */
  Principal byToken(HttpServerRequest request, @Nullable String authorization) {
    return access.authenticate(
        authorization, Optional.ofNullable(request.authority()).map(HostAndPort::host));
  }

  Optional<Session> session(HttpServerRequest request) {
    return cookieOf(request).flatMap(sessions::find);
  }

  /**
   * Returns whether the caller of a request may go on receiving its answer: false once the session
   * that it was authenticated by is over.
   */
  boolean isStillSignedIn(HttpServerRequest request) {
    return request.getHeader("Authorization") != null
        || !access.hasTokens()
        || session(request).isPresent();
  }

  private static Optional<String> cookieOf(HttpServerRequest request) {
    return Optional.ofNullable(request.getCookie(COOKIE)).map(Cookie::getValue);
  }

  /** Opens a session for the holder of a token, and sends its cookie. */
  Session open(RoutingContext context, String token) {
    Principal principal;
    try {
      principal = byToken(context.request(), "Bearer " + token);
    } catch (Problem denied) {
      refusals.denied(context, denied);
      throw denied;
    }
    cookieOf(context.request()).ifPresent(sessions::end);
    String secret = sessions.open(principal);
    context.response().addCookie(cookie(context, secret, Sessions.LIFETIME.toSeconds()));
    return sessions.find(secret).orElseThrow();
  }

  /** Ends the session of a request, and removes its cookie. */
  void end(RoutingContext context) {
    cookieOf(context.request()).ifPresent(sessions::end);
    context.response().addCookie(cookie(context, "", 0));
  }

  /** The cookie is for TLS only if the request came by TLS, also to a proxy before this process. */
  private static Cookie cookie(RoutingContext context, String secret, long seconds) {
    boolean isEncrypted =
        context.request().isSSL()
            || "https".equalsIgnoreCase(context.request().getHeader("X-Forwarded-Proto"));
    return Cookie.cookie(COOKIE, secret)
        .setPath("/")
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.STRICT)
        .setSecure(isEncrypted)
        .setMaxAge(seconds);
  }
}
