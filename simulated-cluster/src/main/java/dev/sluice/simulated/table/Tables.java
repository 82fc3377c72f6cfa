package dev.sluice.simulated.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.table.Columns.Column;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Conversion of objects to {@code meta.k8s.io/v1 Table}s. */
public final class Tables {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Clock clock;
  private final Columns columns;

  /** Creates a converter whose ages are relative to the clock. */
  public Tables(Clock clock) {
    this.clock = clock;
    this.columns = new Columns(clock);
  }

  /**
   * Returns a table of objects.
   *
   * @param metadata metadata of the list, or of the single object
   * @param heading whether to describe the columns; later events of a watch omit that
   */
  public ObjectNode of(
      ResourceType type, List<? extends JsonNode> objects, JsonNode metadata, boolean heading) {
    List<Column> all = columnsOf(type);
    ObjectNode table = NODES.objectNode();
    table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    ObjectNode meta = table.putObject("metadata");
    for (String field : List.of("resourceVersion", "continue", "remainingItemCount")) {
      if (metadata.has(field)) {
        meta.set(field, metadata.get(field));
      }
    }
    if (heading) {
      describe(all, table.putArray("columnDefinitions"));
    } else {
      table.putNull("columnDefinitions");
    }
    ArrayNode rows = table.putArray("rows");
    for (JsonNode object : objects) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      all.forEach(column -> cells.add(column.cell().apply(object)));
      ObjectNode partial = row.putObject("object");
      partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
      partial.set("metadata", object.path("metadata"));
    }
    return table;
  }

  private static void describe(List<Column> columns, ArrayNode definitions) {
    for (Column column : columns) {
      definitions
          .addObject()
          .put("name", column.name())
          .put("type", column.type())
          .put("format", column.name().equals("Name") ? "name" : "")
          .put("description", "")
          .put("priority", column.priority());
    }
  }

  private List<Column> columnsOf(ResourceType type) {
    if (!type.isCustom()) {
      return columns.of(type.kind());
    }
    JsonNode declared = type.traits().version().orElseThrow().path("additionalPrinterColumns");
    List<Column> result = new ArrayList<>();
    result.add(columns.name());
    if (declared.isEmpty()) {
      result.add(columns.age());
    }
    for (JsonNode column : declared) {
      JsonPath path = JsonPath.parse(column.path("jsonPath").asText());
      boolean date = column.path("type").asText().equals("date");
      result.add(
          new Column(
              column.path("name").asText(),
              date ? "string" : column.path("type").asText(),
              column.path("priority").asInt(),
              object -> cell(path.find(object), date)));
    }
    return result;
  }

  private JsonNode cell(List<JsonNode> found, boolean date) {
    if (found.isEmpty()) {
      return NODES.nullNode();
    }
    JsonNode first = found.getFirst();
    return date ? NODES.textNode(Ages.since(first.asText(), clock.instant())) : first;
  }
}
