package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.Endpoint;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Refuses what can be refused from a request's line and headers, before anything of its body is
 * read. Used on the server's event loop only.
 */
final class CostGate {

  private final Sources sources;
  private final RefusalBudget refusals;
  private final Limits limits;

  CostGate(Sources sources, RefusalBudget refusals, Limits limits) {
    this.sources = sources;
    this.refusals = refusals;
    this.limits = limits;
  }

  /** Why the request is not let further in; the endpoint is empty if there is no such one. */
  Optional<Outcome.Refused> refusal(HttpServerRequest request, Optional<Endpoint> endpoint) {
    InetAddress source = sources.of(request);
    if (refusals.isSpent(source)) {
      return Optional.of(Outcome.Refused.TOO_MANY_REFUSALS);
    }
    if (endpoint.isEmpty()) {
      return Optional.of(Outcome.Refused.UNKNOWN);
    }
    if (!endpoint.get().admission().admits(source)) {
      return Optional.of(Outcome.Refused.NETWORK);
    }
    if (!request.method().equals(HttpMethod.POST)) {
      return Optional.of(Outcome.Refused.METHOD);
    }
    if (request.query() != null) {
      return Optional.of(Outcome.Refused.QUERY);
    }
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return Optional.of(Outcome.Refused.ENCODED);
    }
    return declaresTooMuch(request, endpoint.get())
        ? Optional.of(Outcome.Refused.TOO_LARGE)
        : Optional.empty();
  }

  /** The request has ended so; refusals are held against where it came from. */
  void ended(HttpServerRequest request, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused
        && refused != Outcome.Refused.TOO_MANY_REFUSALS
        && refused != Outcome.Refused.FAILED) {
      refusals.charge(sources.of(request));
    }
  }

  /** Size of the largest body that the endpoint takes. */
  int maxBodyBytes(Endpoint endpoint) {
    return Math.min(
        limits.maxBodyBytes(), endpoint.admission().maxBodyBytes().orElse(Integer.MAX_VALUE));
  }

  private boolean declaresTooMuch(HttpServerRequest request, Endpoint endpoint) {
    String declared = request.getHeader("Content-Length");
    try {
      return declared != null && Long.parseLong(declared) > maxBodyBytes(endpoint);
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
