package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.request.RequestHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Checks that can refuse a request by its request line and headers, before its body is read. For
 * use on the server's event loop only.
 */
final class CostGate {

  private final Sources sources;
  private final RefusalBudget refusals;
  private final RefusedDeliveries refused;
  private final LastDeliveries last;
  private final Limits limits;

  CostGate(
      Sources sources,
      RefusalBudget refusals,
      RefusedDeliveries refused,
      LastDeliveries last,
      Limits limits) {
    this.sources = sources;
    this.refusals = refusals;
    this.refused = refused;
    this.last = last;
    this.limits = limits;
  }

  /**
   * Returns why the request is refused, or empty if it may proceed.
   *
   * @param endpoint empty if the path names none
   */
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

  /**
   * Records the outcome of a request; refusals count against its source.
   *
   * @param endpoint empty if the path names none
   */
  void ended(HttpServerRequest request, Optional<Endpoint> endpoint, Outcome outcome) {
    if (endpoint.isPresent()) {
      String name = endpoint.get().name();
      RequestHeaders headers = RequestHeaders.of(request.headers());
      refused.ended(name, sources.of(request), headers, outcome);
      last.ended(name, sources.of(request), headers, outcome);
    }
    if (outcome instanceof Outcome.Refused refusal
        && refusal != Outcome.Refused.TOO_MANY_REFUSALS
        && refusal != Outcome.Refused.FAILED) {
      refusals.charge(sources.of(request));
    }
  }

  /** Returns the maximum size of a body for the endpoint. */
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
