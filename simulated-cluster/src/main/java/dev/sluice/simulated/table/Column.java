package dev.sluice.simulated.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * One column: its heading, its OpenAPI type, from which width on it is shown, and its cells.
 *
 * @param priority 0 to be shown always, 1 only in wide tables
 */
record Column(String name, String type, int priority, Function<JsonNode, JsonNode> cell) {}
