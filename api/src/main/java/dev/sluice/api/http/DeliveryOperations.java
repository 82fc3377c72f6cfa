package dev.sluice.api.http;

import static dev.sluice.api.http.Operation.get;

import dev.sluice.api.http.Operation.Answer;
import dev.sluice.api.readmodel.Deliveries;
import dev.sluice.api.readmodel.DeliveryView;
import dev.sluice.api.readmodel.ReadModel;
import java.util.List;

/** API operations about webhook deliveries. */
final class DeliveryOperations {

  private DeliveryOperations() {}

  static Operation list(ReadModel model) {
    return get(
        Operations.ROOT + "/deliveries",
        "deliveries",
        "Returns the events that webhooks caused, newest first, and what follows the"
            + " refs that they are about.",
        List.of(
            Parameter.ENDPOINT,
            Parameter.REPOSITORY,
            Parameter.FOLLOWED,
            Parameter.LIMIT,
            Parameter.AFTER,
            Parameter.SINCE,
            Parameter.UNTIL),
        Answer.page(DeliveryView.class),
        request ->
            Operations.known(
                request,
                model
                    .deliveries()
                    .list(
                        new Deliveries.Filter(
                            request.text(Parameter.ENDPOINT),
                            request.repository(),
                            request.text(Parameter.FOLLOWED).map(Boolean::parseBoolean),
                            request.span()),
                        request.principal().scope(),
                        request.limit(),
                        request.afterNumber()),
                model.deliveries().knownSince(request.repository())));
  }
}
