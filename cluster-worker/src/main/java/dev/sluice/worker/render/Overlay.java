package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.YamlJson;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.RenderException;
import java.util.Map;

/** Writes a customization as a kustomization. */
final class Overlay {

  private Overlay() {}

  /** Returns the kustomization over one resource, in JSON, which is YAML too. */
  static String text(Customization customization, String resource) {
    ObjectNode kustomization = Json.mapper().createObjectNode();
    kustomization.put("apiVersion", "kustomize.config.k8s.io/v1beta1").put("kind", "Kustomization");
    kustomization.putArray("resources").add(resource);
    if (!customization.namePrefix().isEmpty()) {
      kustomization.put("namePrefix", customization.namePrefix());
    }
    if (!customization.nameSuffix().isEmpty()) {
      kustomization.put("nameSuffix", customization.nameSuffix());
    }
    if (!customization.labels().isEmpty()) {
      ObjectNode labels = kustomization.putArray("labels").addObject();
      putAll(labels.putObject("pairs"), customization.labels());
      labels.put("includeTemplates", true);
    }
    if (!customization.annotations().isEmpty()) {
      putAll(kustomization.putObject("commonAnnotations"), customization.annotations());
    }
    if (!customization.images().isEmpty()) {
      ArrayNode images = kustomization.putArray("images");
      customization.images().forEach(image -> image(images.addObject(), image));
    }
    if (!customization.replicas().isEmpty()) {
      ArrayNode replicas = kustomization.putArray("replicas");
      customization
          .replicas()
          .forEach((name, count) -> replicas.addObject().put("name", name).put("count", count));
    }
    return kustomization.toString();
  }

  /** Returns the rendered objects as one text that kustomize reads as the worker would. */
  static String objects(RenderResult rendered) throws RenderException {
    StringBuilder all = new StringBuilder();
    Allowance allowance = Allowance.ofApplication();
    try {
      for (RenderResult.Part part : rendered.parts()) {
        for (YamlDocument document : YamlDocument.readAll(part.text(), part.source(), allowance)) {
          LostCharacters.refuse(document.content(), part.source());
          all.append("---\n").append(YamlJson.of(document.content())).append('\n');
        }
      }
    } catch (ManifestException e) {
      throw RenderException.permanent(e.failure().code(), e.failure().message());
    }
    return all.toString();
  }

  private static void putAll(ObjectNode node, Map<String, String> values) {
    values.forEach(node::put);
  }

  /** Adds an image: {@code name=newName:tag}, {@code name:tag}, {@code name@digest}. */
  private static void image(ObjectNode node, String text) {
    int equals = text.indexOf('=');
    String changed = text.substring(equals + 1);
    int at = changed.indexOf('@');
    String tagged = at < 0 ? changed : changed.substring(0, at);
    int colon = tagged.lastIndexOf(':');
    boolean hasTag = colon > tagged.lastIndexOf('/');
    String name = hasTag ? tagged.substring(0, colon) : tagged;
    if (equals < 0) {
      node.put("name", name);
    } else {
      node.put("name", text.substring(0, equals));
      if (!name.isEmpty()) {
        node.put("newName", name);
      }
    }
    if (hasTag) {
      node.put("newTag", tagged.substring(colon + 1));
    }
    if (at >= 0) {
      node.put("digest", changed.substring(at + 1));
    }
  }
}
