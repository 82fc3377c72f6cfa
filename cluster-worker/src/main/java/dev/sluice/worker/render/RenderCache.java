package dev.sluice.worker.render;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.sandbox.RenderException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The most recently used renderings, up to a number of characters. Rendering depends only on the
 * key, so an entry is never out of date.
 */
final class RenderCache {

  private final long capacity;
  private final Map<String, RenderResult> results = new LinkedHashMap<>(16, 0.75f, true);
  private long held;

  RenderCache(long capacity) {
    this.capacity = capacity;
  }

  /** Returns the digest of everything that a rendering depends on. */
  static String key(RenderRequest request, String renderer)
      throws RenderException, InterruptedException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is always there", e);
    }
    SourceInputs source = request.source();
    add(digest, renderer);
    add(digest, source.type().name());
    add(digest, options(source));
    add(digest, source);
    if (source.type() == SourceType.HELM) {
      add(digest, request.application().value());
      add(digest, request.namespace());
      ClusterFacts facts = request.cluster().facts();
      add(digest, facts.kubeVersion());
      facts.apiVersions().forEach(version -> add(digest, version));
      for (Map.Entry<String, SourceInputs> other : ValuesFiles.referred(request).entrySet()) {
        add(digest, other.getKey());
        add(digest, other.getValue());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String options(SourceInputs source) {
    try {
      return Json.mapper().writeValueAsString(source.options());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("options came as JSON", e);
    }
  }

  private static void add(MessageDigest digest, SourceInputs source) {
    add(digest, source.path());
    for (InputFile file : source.files()) {
      add(digest, file.path());
      switch (file) {
        case InputFile.Text text -> {
          add(digest, text.executable() ? "x" : "-");
          add(digest, text.text());
        }
        case InputFile.Binary binary -> {
          add(digest, binary.executable() ? "X" : "b");
          add(digest, binary.bytes());
        }
        case InputFile.Link link -> {
          add(digest, "l");
          add(digest, link.target());
        }
      }
    }
  }

  synchronized Optional<RenderResult> find(String key) {
    return Optional.ofNullable(results.get(key));
  }

  synchronized void put(String key, RenderResult result) {
    if (size(result) > capacity) {
      return;
    }
    RenderResult before = results.put(key, result);
    held += size(result) - (before == null ? 0 : size(before));
    Iterator<RenderResult> oldest = results.values().iterator();
    while (held > capacity) {
      held -= size(oldest.next());
      oldest.remove();
    }
  }

  private static long size(RenderResult result) {
    return Stream.concat(result.parts().stream(), result.again().stream())
            .mapToLong(part -> part.text().length() + 100L)
            .sum()
        + 200L;
  }

  private static void add(MessageDigest digest, String text) {
    add(digest, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds bytes with their length, so that different lists of values have different digests. */
  private static void add(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }
}
