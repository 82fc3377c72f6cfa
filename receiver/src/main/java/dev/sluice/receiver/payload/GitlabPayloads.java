package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * GitLab's deliveries: push, tag push and merged merge request, from project, group and system
 * hooks. The body itself says what it is ({@code object_kind}, in system hooks {@code event_name}):
 * a signature covers the body, but no header.
 *
 * @see <a href="https://docs.gitlab.com/user/project/integrations/webhook_events/">GitLab: webhook
 *     events</a>
 */
public final class GitlabPayloads implements PayloadReader {

  private static final String REPOSITORY = "project.path_with_namespace";
  private static final Set<String> FIELDS =
      Set.of(
          "object_kind",
          "event_name",
          "ref",
          "before",
          "after",
          REPOSITORY,
          "user_username",
          "user_name",
          "user.username",
          "object_attributes.action",
          "object_attributes.iid",
          "object_attributes.title",
          "object_attributes.target_branch",
          "object_attributes.merge_commit_sha",
          "object_attributes.url");

  @Override
  public List<String> idHeaders() {
    return List.of("Idempotency-Key", "webhook-id");
  }

  @Override
  public Parsed read(Delivery delivery) {
    try {
      JsonFields fields = JsonFields.read(delivery.body(), FIELDS);
      return switch (firstOf(fields, "object_kind", "event_name").orElse("")) {
        case "push", "tag_push" -> push(delivery, fields);
        case "merge_request" -> mergeRequest(delivery, fields);
        case "" -> new Parsed.Malformed("neither object_kind nor event_name is there");
        default -> new Parsed.Ignored("not a push, tag push or merge request event");
      };
    } catch (MalformedPayloadException e) {
      return new Parsed.Malformed(e.getMessage());
    }
  }

  private Parsed push(Delivery delivery, JsonFields fields) throws MalformedPayloadException {
    return PushedRef.read(
        fields,
        delivery.repository(fields, REPOSITORY),
        origin(delivery, firstOf(fields, "user_username", "user_name")));
  }

  private Parsed mergeRequest(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    if (!fields.text("object_attributes.action").orElse("").equals("merge")) {
      return new Parsed.Ignored("not a merge");
    }
    Optional<String> mergedBy = fields.text("user.username");
    return Parsed.Events.of(
        new MergeRecorded(
            delivery.repository(fields, REPOSITORY),
            fields.required("object_attributes.target_branch", GitRef::branch),
            fields.optional("object_attributes.merge_commit_sha", CommitId::orNone),
            fields.requiredNumber("object_attributes.iid"),
            fields.required("object_attributes.title", Function.identity()),
            Optional.empty(), // the body has the author's number only
            mergedBy,
            fields.optional("object_attributes.url", WebAddress::of),
            origin(delivery, mergedBy)));
  }

  private Origin origin(Delivery delivery, Optional<String> actor) {
    return delivery.origin(delivery.id(idHeaders()), actor);
  }

  private static Optional<String> firstOf(JsonFields fields, String first, String second)
      throws MalformedPayloadException {
    Optional<String> value = fields.text(first);
    return value.isPresent() ? value : fields.text(second);
  }
}
