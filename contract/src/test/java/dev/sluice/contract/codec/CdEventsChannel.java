package dev.sluice.contract.codec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The topic of CDEvents as the AsyncAPI document describes it. Their schemas are CDEvents' own, to
 * which it links; the one here has what Sluice writes.
 */
final class CdEventsChannel {

  static final Channel CHANNEL =
      new Channel(
          "cdevents",
          "sluice.cdevents",
          "CDEvents 0.5.1 of deployments, merges and reviews, for other tools; only with"
              + " --api-cdevents. Records may be written again, with the same ids.",
          "That of the event that it was made of: CLUSTER/APPLICATION, or the repository",
          Channel.deleted("CreateTime"),
          List.of());

  private static final String VERSION = "0.3.0";
  private static final String SCHEMAS = "https://github.com/cdevents/spec/blob/v0.5.1/schemas/";

  /** The types by the names of their messages, with what they are made of. */
  private static final Map<String, String> TYPES =
      ordered(
          "service-deployed",
          "An application was applied whose objects were all created.",
          "service-rolledback",
          "An earlier revision of an application was applied for a rollback.",
          "service-upgraded",
          "An application was applied some of whose objects existed before.",
          "service-removed",
          "An application was removed from a cluster.",
          "change-merged",
          "A pull or merge request was merged.",
          "change-reviewed",
          "A pull or merge request was reviewed; customData.verdict has the verdict.");

  private static final String HEADERS =
      """
      headers:
        type: object
        required:
          [ce_specversion, ce_id, ce_source, ce_type, ce_time, ce_subject, content-type, traceparent]
        properties:
          ce_specversion: {type: string, const: "1.0", description: The version of CloudEvents}
          ce_id: {type: string, description: The CDEvent's context.id}
          ce_source: {type: string, description: The CDEvent's context.source}
          ce_type: {type: string, description: The CDEvent's context.type}
          ce_time: {type: string, format: date-time, description: The CDEvent's context.timestamp}
          ce_subject: {type: string, description: The CDEvent's subject.id}
          content-type: {type: string, const: application/json, description: The form of the value}
          traceparent: {type: string, description: Trace and preceding span (W3C trace context)}
      """;

  private static final String PAYLOAD =
      """
      type: object
      description: What all CDEvents of Sluice have. CDEvents' own schema of the type is stricter.
      required: [context, subject, customData, customDataContentType]
      properties:
        context:
          title: CdEventContext
          type: object
          required: [specversion, id, source, type, timestamp, chainId]
          properties:
            specversion: {type: string, description: The version of CDEvents}
            id: {type: string, description: The id of the event that it was made of}
            source: {type: string, description: The part that wrote that event}
            type: {type: string, description: "The type with its version, such as \\
              dev.cdevents.service.deployed.0.3.0"}
            timestamp: {type: string, format: date-time, description: When it happened}
            chainId: {type: string, description: The trace from the webhook to the apply}
        subject:
          title: CdEventSubject
          type: object
          required: [id, content]
          properties:
            id: {type: string, description: The application, or the number of the request}
            content: {type: object, description: "environment.id (the cluster) and artifactId of a \\
              service, or repository of a change"}
        customData:
          type: object
          description: >-
            Of a service: generation, target, commit, repository, reason and actor. Of a change:
            title, url, commit, and author and mergedBy, or reviewer and verdict. What is unknown is
            absent.
        customDataContentType: {type: string, const: application/json}
      """;

  private CdEventsChannel() {}

  /** Returns the messages of the channel, by name. */
  static Map<String, Object> messages() {
    Map<String, Object> messages = new LinkedHashMap<>();
    TYPES.forEach(
        (name, summary) -> {
          String type = "dev.cdevents." + name.replace('-', '.') + "." + VERSION;
          messages.put(
              name,
              AsyncApi.ordered(
                  "name",
                  type,
                  "title",
                  type,
                  "summary",
                  summary,
                  "contentType",
                  "application/json",
                  "headers",
                  AsyncApi.ordered(
                      "type",
                      "object",
                      "properties",
                      Map.of("ce_type", AsyncApi.ordered("type", "string", "const", type))),
                  "payload",
                  AsyncApi.reference("#/components/schemas/CdEvent"),
                  "traits",
                  List.of(AsyncApi.reference("#/components/messageTraits/cdEvent")),
                  "externalDocs",
                  AsyncApi.ordered(
                      "description",
                      "The JSON Schema of CDEvents",
                      "url",
                      SCHEMAS + name.replace("-", "") + ".json"),
                  "bindings",
                  AsyncApi.keyed(CHANNEL)));
        });
    return messages;
  }

  /** Returns the trait of all messages: the headers of CloudEvents in binary mode. */
  static Object trait() {
    return new Load(LoadSettings.builder().build()).loadFromString(HEADERS);
  }

  static Object schema() {
    return new Load(LoadSettings.builder().build()).loadFromString(PAYLOAD);
  }

  private static Map<String, String> ordered(String... keysAndValues) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
