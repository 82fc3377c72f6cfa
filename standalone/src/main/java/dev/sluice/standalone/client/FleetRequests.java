package dev.sluice.standalone.client;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.audit.CommitOrigins;
import dev.sluice.standalone.client.output.DefinitionChanges;
import java.util.ArrayList;
import java.util.List;

/** Finder of the merge requests that brought commits of the fleet. */
final class FleetRequests {

  /** The number of commits that a request to the API may name. */
  private static final int MAX_COMMITS = 50;

  private FleetRequests() {}

  /**
   * Adds the merge request of each commit of the fleet to changes of definitions, as {@code
   * request} of the document. A request is found if the forge reported its merge, and if the commit
   * is the one that the merge made.
   */
  static List<JsonNode> in(Iterable<JsonNode> changes, Api api) {
    List<JsonNode> copies = new ArrayList<>();
    changes.forEach(change -> copies.add(change.deepCopy()));
    List<ObjectNode> documents =
        copies.stream()
            .flatMap(DefinitionChanges::documents)
            .filter(document -> text(document.path("kind")).equals("commit"))
            .map(ObjectNode.class::cast)
            .toList();
    List<String> commits =
        documents.stream().map(document -> text(document.path("commit"))).distinct().toList();
    List<JsonNode> answers = new ArrayList<>();
    for (int from = 0; from < commits.size(); from += MAX_COMMITS) {
      int to = Math.min(from + MAX_COMMITS, commits.size());
      api.renew();
      api.get("/api/v1/commits", new Query().with("commit", commits.subList(from, to)))
          .forEach(answers::add);
    }
    CommitOrigins origins = new CommitOrigins(answers);
    for (ObjectNode document : documents) {
      ObjectNode origin =
          origins.of(Json.mapper().createObjectNode().set("commit", document.get("commit")));
      if (origin.hasNonNull("request")) {
        document.set("request", origin);
      }
    }
    return copies;
  }
}
