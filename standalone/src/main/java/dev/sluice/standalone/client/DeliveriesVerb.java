package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "deliveries",
    description =
        "Lists the events of webhook deliveries, newest first, and what follows their repository"
            + " and ref: a number of applications, the fleet, its ApplicationSets and"
            + " FleetIncludes.")
final class DeliveriesVerb extends Verb {

  private static final Column EVENT = Column.wide("EVENT", "/id");

  private static final List<Column> DELIVERIES =
      List.of(
          Column.age("AGE", "/at"),
          Column.of("ENDPOINT", "/endpoint"),
          Column.of("REPOSITORY", "/repository"),
          Column.ref("REF", "/ref"),
          Column.commit("COMMIT", "/commit"),
          Column.of("FOLLOWED", Shape.FIXED, DeliveriesVerb::followed),
          Column.wide("AT", "/at"),
          Column.wide("TYPE", "/type"),
          Column.wide("ACTOR", "/actor"),
          Column.wide("DELIVERY", "/delivery"),
          EVENT,
          Column.of("NOTE", Shape.TEXT, DeliveriesVerb::note));

  @Option(
      names = "--endpoint",
      paramLabel = "NAME",
      description = "only deliveries to this endpoint")
  private Optional<String> endpoint = Optional.empty();

  @Option(
      names = "--repository",
      paramLabel = "HOST[:PORT]/PATH",
      description = "only deliveries about this repository")
  private Optional<String> repository = Optional.empty();

  @Option(
      names = "--unfollowed",
      description = "only deliveries about repositories that nothing follows")
  private boolean unfollowed;

  @Option(names = "--limit", paramLabel = "N", description = "how many at most (default: 50)")
  private int limit = 50;

  DeliveriesVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    Query query =
        new Query()
            .with("endpoint", endpoint)
            .with("repository", repository)
            .with("followed", unfollowed ? Optional.of("false") : Optional.empty());
    printer.list(api.all("/api/v1/deliveries", query, limit), DELIVERIES, EVENT);
    return 0;
  }

  private static String followed(JsonNode delivery) {
    if (!delivery.path("followed").asBoolean()) {
      return "no";
    }
    List<String> by = new ArrayList<>();
    long applications = delivery.path("applications").asLong();
    if (applications > 0) {
      by.add(Long.toString(applications));
    }
    if (delivery.path("fleet").asBoolean()) {
      by.add("the fleet");
    }
    delivery.path("readers").forEach(reader -> by.add(reader.asText()));
    return by.isEmpty() ? "not this ref" : "by " + String.join(", ", by);
  }

  private static String note(JsonNode delivery) {
    JsonNode unmet = delivery.path("unmet");
    if (unmet.isObject()) {
      return "expected %s, evaluated %s"
          .formatted(abbreviated(unmet.path("expected")), abbreviated(unmet.path("evaluated")));
    }
    return delivery.hasNonNull("similar")
        ? "the fleet has " + delivery.get("similar").asText()
        : "-";
  }

  private static String abbreviated(JsonNode commit) {
    String id = commit.asText("");
    return id.isEmpty() ? "no such ref" : Column.abbreviated(id);
  }
}
