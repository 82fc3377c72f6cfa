package dev.sluice.simulated.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * Column of a table: its heading, its OpenAPI type, its priority and its cells.
 *
 * @param priority 0 if always shown, 1 if shown only in wide tables
 */
record Column(String name, String type, int priority, Function<JsonNode, JsonNode> cell) {}
