package dev.sluice.dispatcher.decide;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.json.Json;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ApplicationClosures.SourceClosure;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Digest over a target's content without its provenance: input files, paths, specification and
 * options with placeholders replaced. If the digest is unchanged, no target is sent.
 */
public final class InputDigest {

  private static final String VERSION = "v1:";

  private InputDigest() {}

  /** Returns the digest of an application's target for a cluster. */
  public static String of(Definition definition, Inputs.Resolved inputs) {
    Map<String, Object> content = new TreeMap<>();
    content.put("spec", definition.spec());
    content.put("sources", inputs.sources().stream().map(InputDigest::source).toList());
    try {
      byte[] json = Json.mapper().writeValueAsBytes(content);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      return VERSION + HexFormat.of().formatHex(digest);
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("cannot digest " + definition.application(), e);
    }
  }

  /**
   * Returns the digested content of a source. Defaults are omitted, so adding an option does not
   * change existing digests.
   */
  private static Map<String, Object> source(SourceClosure source) {
    Map<String, Object> content = new TreeMap<>();
    content.put("path", source.closure().path());
    content.put("type", source.closure().type());
    content.put("digest", source.closure().digest());
    source.source().alias().ifPresent(alias -> content.put("alias", alias));
    if (!source.source().options().equals(RenderOptions.DEFAULT)) {
      content.put("options", source.source().options());
    }
    return content;
  }
}
