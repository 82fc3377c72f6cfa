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
 * Digest over all that a target hands to a worker, except where it came from: input files, where
 * the application is among them, its specification and options with placeholders filled in. Equal
 * digests: nothing to send.
 */
public final class InputDigest {

  private static final String VERSION = "v1:";

  private InputDigest() {}

  /** The digest of what an application would be sent to a cluster. */
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

  /** What is as usual is left out, so that an option that comes to be changes no digest. */
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
