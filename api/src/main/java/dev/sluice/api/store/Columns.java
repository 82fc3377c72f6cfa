package dev.sluice.api.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.util.List;

/** Values that are stored as JSON in a column. */
public final class Columns {

  private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

  private Columns() {}

  public static String json(Object value) {
    try {
      return Json.mapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass(), e);
    }
  }

  public static List<String> texts(String json) {
    if (json.isEmpty()) {
      return List.of();
    }
    try {
      return Json.mapper().readValue(json, TEXTS);
    } catch (IOException e) {
      throw new DatabaseException("not a list of texts in the read model", e);
    }
  }

  public static <T> T value(byte[] json, Class<T> type) {
    try {
      return Json.mapper().readValue(json, type);
    } catch (IOException e) {
      throw new DatabaseException("not a " + type.getSimpleName() + " in the read model", e);
    }
  }
}
