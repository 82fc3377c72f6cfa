package dev.sluice.dispatcher.home;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.event.Json;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.dispatcher.closure.Closure;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Digest over all that a target hands to a worker, except where it came from: input files, where
 * the application is among them, its specification, the cluster's labels. Equal digests: nothing to
 * send.
 */
public final class InputDigest {

  private static final String VERSION = "v1:";

  private InputDigest() {}

  /** The digest of what an application would be sent to a cluster. */
  public static String of(Definition definition, ClusterTarget cluster, List<Closure> closures) {
    Map<String, Object> content = new TreeMap<>();
    content.put("spec", definition.spec());
    content.put(
        "sources",
        closures.stream()
            .map(
                closure ->
                    Map.of(
                        "path", closure.path(),
                        "type", closure.type(),
                        "digest", closure.digest()))
            .toList());
    try {
      byte[] json = Json.mapper().writeValueAsBytes(content);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      return VERSION + HexFormat.of().formatHex(digest);
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("cannot digest " + definition.application(), e);
    }
  }
}
