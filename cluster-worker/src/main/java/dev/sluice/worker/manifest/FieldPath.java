package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The path of a field, built as text only when needed: names may be megabytes, and building the
 * path of each nested field would take quadratic space.
 *
 * @param above empty for the root
 */
record FieldPath(Optional<FieldPath> above, String segment) {

  static final FieldPath ROOT = new FieldPath(Optional.empty(), "");

  FieldPath field(String name) {
    return new FieldPath(Optional.of(this), name);
  }

  FieldPath element(int index) {
    return new FieldPath(Optional.of(this), Integer.toString(index));
  }

  JsonPointer pointer() {
    Deque<String> segments = new ArrayDeque<>();
    for (FieldPath at = this; at.above().isPresent(); at = at.above().get()) {
      segments.push(at.segment());
    }
    StringBuilder pointer = new StringBuilder();
    for (String segment : segments) {
      pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1"));
    }
    return JsonPointer.compile(pointer.toString());
  }
}
