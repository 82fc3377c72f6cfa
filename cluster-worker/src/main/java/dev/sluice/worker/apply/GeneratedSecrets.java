package dev.sluice.worker.apply;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.GeneratedField;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The generated texts of an application's Secrets, and the texts that replace them: live ones if
 * the Secret keeps them. Where another object has the same text, it gets the same replacement, so
 * that a certificate is trusted wherever it was rendered into.
 *
 * <p>If a certificate is not live, for example since its Secret was deleted, a new one is applied,
 * which another authority signed. Secrets that share a certificate with it are then renewed too.
 */
final class GeneratedSecrets {

  /** Shorter texts may be equal by chance. */
  private static final int MIN_LENGTH = 8;

  private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

  private final Map<String, String> replacements = new HashMap<>();
  private final Set<ObjectRef> renewed = new HashSet<>();

  /**
   * A generated field of a Secret.
   *
   * @param live empty if the Secret is not live, or does not have the field
   */
  private record Field(ObjectRef secret, String rendered, Optional<String> live) {

    boolean isCertificate() {
      return rendered.startsWith(CERTIFICATE);
    }
  }

  GeneratedSecrets(
      List<Manifest> manifests,
      List<GeneratedField> generated,
      Map<ObjectRef, Optional<ObjectNode>> live) {
    Map<ObjectRef, JsonNode> rendered = new HashMap<>();
    manifests.forEach(manifest -> rendered.put(manifest.ref(), manifest.content()));
    List<Field> fields = new ArrayList<>();
    for (GeneratedField field : generated) {
      ObjectRef ref = field.object();
      if (ref.groupKind().equals(GroupKind.SECRET) && field.isBelow("data")) {
        Optional<String> there = live.get(ref).flatMap(found -> decoded(field.in(found).asText()));
        decoded(field.in(rendered.get(ref)).asText())
            .filter(text -> text.length() >= MIN_LENGTH)
            .ifPresent(text -> fields.add(new Field(ref, text, there.filter(it -> !it.isEmpty()))));
      }
    }
    renew(fields);
    for (Field field : fields) {
      boolean kept = !renewed.contains(field.secret());
      String applied = field.live().filter(there -> kept).orElse(field.rendered());
      if (field.live().isPresent() || !replacements.containsKey(field.rendered())) {
        replacements.put(field.rendered(), applied);
      }
    }
  }

  /**
   * Finds the Secrets with a certificate that no Secret has live, and those that share one with
   * them.
   */
  private void renew(List<Field> fields) {
    Set<String> live = new HashSet<>();
    fields.stream()
        .filter(field -> field.live().isPresent())
        .forEach(field -> live.add(field.rendered()));
    boolean more = true;
    while (more) {
      more = false;
      for (Field field : fields) {
        if (field.isCertificate() && !live.contains(field.rendered())) {
          more |= renewed.add(field.secret());
        }
      }
      for (Field field : fields) {
        if (field.isCertificate() && renewed.contains(field.secret())) {
          more |= live.remove(field.rendered());
        }
      }
    }
  }

  /** Returns whether the Secret gets new values, although it may be live. */
  boolean isRenewed(ObjectRef secret) {
    return renewed.contains(secret);
  }

  /** Returns the replacement of a rendered text, or of one in Base64; empty if there is none. */
  Optional<String> replacement(String rendered) {
    String plain = replacements.get(rendered);
    if (plain != null) {
      return Optional.of(plain);
    }
    return decoded(rendered).map(replacements::get).map(GeneratedSecrets::encoded);
  }

  /** Returns each byte as a character, so that encoding restores any bytes. */
  private static Optional<String> decoded(String text) {
    try {
      return Optional.of(new String(Base64.getDecoder().decode(text), ISO_8859_1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(ISO_8859_1));
  }
}
