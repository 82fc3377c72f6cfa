package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Entries of an object's {@code metadata.managedFields}: which owner owns which fields since when.
 */
record ManagedFields(List<Entry> entries) {

  /** Fields of one owner; {@code time} is RFC 3339 in seconds. */
  record Entry(FieldOwner owner, String time, FieldSet fields) {
    Entry without(FieldSet paths) {
      return new Entry(owner, time, fields.difference(paths));
    }
  }

  ManagedFields {
    entries = List.copyOf(entries);
  }

  /** Reads the entries of an object; an unreadable entry counts as no owner. */
  static ManagedFields of(JsonNode object) {
    List<Entry> entries = new ArrayList<>();
    for (JsonNode entry : object.path("metadata").path("managedFields")) {
      FieldOwner.Operation operation =
          entry.path("operation").asText().equals("Apply")
              ? FieldOwner.Operation.APPLY
              : FieldOwner.Operation.UPDATE;
      Optional<String> subresource =
          Optional.of(entry.path("subresource").asText()).filter(s -> !s.isEmpty());
      entries.add(
          new Entry(
              new FieldOwner(
                  entry.path("manager").asText(),
                  operation,
                  entry.path("apiVersion").asText(),
                  subresource),
              entry.path("time").asText(),
              FieldSet.decode(entry.path("fieldsV1"))));
    }
    return new ManagedFields(entries);
  }

  Optional<Entry> find(FieldOwner owner) {
    return entries.stream().filter(e -> e.owner().isSameAs(owner)).findFirst();
  }

  FieldSet fieldsOf(FieldOwner owner) {
    return find(owner).map(Entry::fields).orElseGet(FieldSet::new);
  }

  /** Returns these entries with the owner's entry replaced, or removed if it owns nothing. */
  ManagedFields with(Entry entry) {
    List<Entry> result = new ArrayList<>(entries);
    result.removeIf(e -> e.owner().isSameAs(entry.owner()));
    if (!entry.fields().isEmpty()) {
      result.add(entry);
    }
    return new ManagedFields(result);
  }

  ManagedFields map(UnaryOperator<Entry> change) {
    return new ManagedFields(
        entries.stream().map(change).filter(e -> !e.fields().isEmpty()).toList());
  }

  FieldSet union() {
    return entries.stream().map(Entry::fields).reduce(new FieldSet(), FieldSet::union);
  }

  /** Returns whether the same owners own the same fields, regardless of the time. */
  boolean ownsSame(ManagedFields other) {
    return entries.size() == other.entries.size()
        && entries.stream()
            .allMatch(e -> other.find(e.owner()).filter(o -> isSame(e, o)).isPresent());
  }

  private static boolean isSame(Entry a, Entry b) {
    return a.fields().equals(b.fields()) && a.owner().equals(b.owner());
  }

  /** Writes the entries into an object, in the API server's order. */
  void writeTo(ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    if (entries.isEmpty()) {
      metadata.remove("managedFields");
      return;
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    entries.stream()
        .sorted(
            Comparator.comparing((Entry e) -> e.owner().operation())
                .thenComparing(Entry::time)
                .thenComparing(e -> e.owner().manager())
                .thenComparing(e -> e.owner().apiVersion())
                .thenComparing(e -> e.owner().subresource().orElse("")))
        .forEach(
            entry -> {
              ObjectNode node = list.addObject();
              node.put("manager", entry.owner().manager());
              node.put("operation", entry.owner().operation().text());
              node.put("apiVersion", entry.owner().apiVersion());
              node.put("time", entry.time());
              node.put("fieldsType", "FieldsV1");
              node.set("fieldsV1", entry.fields().encode());
              entry.owner().subresource().ifPresent(name -> node.put("subresource", name));
            });
    metadata.set("managedFields", list);
  }
}
