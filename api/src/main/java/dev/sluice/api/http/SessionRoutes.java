package dev.sluice.api.http;

import dev.sluice.api.body.BodyReader;
import dev.sluice.api.body.InvalidBodyException;
import dev.sluice.api.http.Sessions.Session;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Sign-in and sign-out of the page. */
final class SessionRoutes {

  private static final String PATH = "/page/session";
  private static final int MAX_BODY = 10_000;

  private final Callers callers;

  /** Sign-in with a token of the API. */
  record SignIn(String token) {}

  /**
   * The user of the page.
   *
   * @param name absent if nobody is signed in
   * @param applications globs that limit what the user sees and commands; empty for all
   * @param proof the value of the header {@value Callers#PROOF} of requests that write
   * @param until the end of the session; absent without tokens, as nobody signs in then
   */
  record User(
      boolean needsToken,
      Optional<String> name,
      Optional<String> role,
      List<String> applications,
      List<String> clusters,
      Optional<String> proof,
      Optional<Instant> until) {

    static final User NOBODY =
        new User(
            true,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty());

    static User of(Session session) {
      return of(
          true, session.principal(), Optional.of(session.proof()), Optional.of(session.until()));
    }

    static User local(Principal principal) {
      return of(false, principal, Optional.empty(), Optional.empty());
    }

    private static User of(
        boolean needsToken, Principal who, Optional<String> proof, Optional<Instant> until) {
      return new User(
          needsToken,
          Optional.of(who.name()),
          Optional.of(who.role().label()),
          who.scope().applications(),
          who.scope().clusters(),
          proof,
          until);
    }
  }

  SessionRoutes(Callers callers) {
    this.callers = callers;
  }

  void serve(Router router) {
    router.get(PATH).handler(context -> answer(context, this::current));
    router
        .post(PATH)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
        .handler(context -> answer(context, this::signIn));
    router.delete(PATH).handler(context -> answer(context, this::signOut));
  }

  private User current(RoutingContext context) {
    return callers.needsToken()
        ? callers.session(context.request()).map(User::of).orElse(User.NOBODY)
        : User.local(callers.byToken(context.request(), null));
  }

  private User signIn(RoutingContext context) {
    String type = String.valueOf(context.request().getHeader("Content-Type"));
    if (!type.equals("application/json")) {
      // a form of another site cannot send this type
      throw new Problem(415, "Unsupported media type", "send Content-Type: application/json");
    }
    if (!callers.needsToken()) {
      throw Problem.invalid("the API has no tokens: the page works without signing in");
    }
    Buffer body = context.body().buffer();
    try {
      SignIn sent = BodyReader.read(body == null ? new byte[0] : body.getBytes(), SignIn.class);
      return User.of(callers.open(context, sent.token().strip()));
    } catch (InvalidBodyException e) {
      throw Problem.invalid(String.valueOf(e.getMessage()));
    }
  }

  private User signOut(RoutingContext context) {
    callers.of(context); // checks that the request comes from the page
    callers.end(context);
    return User.NOBODY;
  }

  /** Answers on another thread than the event loop, since a refusal is written to Kafka. */
  private static void answer(RoutingContext context, Function<RoutingContext, User> question) {
    // compressing a secret next to what a caller sends could reveal it
    context.response().putHeader("Content-Encoding", "identity");
    context
        .vertx()
        .executeBlocking(() -> Replies.json(question.apply(context)), false)
        .onSuccess(text -> Replies.reply(context, 200, text))
        .onFailure(failure -> Replies.fail(context, failure));
  }
}
