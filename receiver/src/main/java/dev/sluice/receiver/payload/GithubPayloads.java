package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * GitHub's deliveries: {@code push} (branches and tags, creation and deletion too) and merged
 * {@code pull_request}; as JSON or as a form.
 *
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">GitHub: webhook
 *     events and payloads</a>
 */
public final class GithubPayloads implements PayloadReader {

  private static final String DELIVERY = "X-GitHub-Delivery";
  private static final Set<String> PUSH =
      Set.of("ref", "before", "after", "repository.full_name", "pusher.name", "sender.login");
  private static final Set<String> PULL_REQUEST =
      Set.of(
          "action",
          "repository.full_name",
          "sender.login",
          "pull_request.merged",
          "pull_request.merge_commit_sha",
          "pull_request.number",
          "pull_request.title",
          "pull_request.html_url",
          "pull_request.base.ref",
          "pull_request.user.login",
          "pull_request.merged_by.login");

  @Override
  public List<String> idHeaders() {
    return List.of(DELIVERY);
  }

  @Override
  public Parsed read(Delivery delivery) {
    try {
      return switch (delivery.headers().single("X-GitHub-Event").orElse("")) {
        case "push" -> push(delivery, fields(delivery, PUSH));
        case "pull_request" -> pullRequest(delivery, fields(delivery, PULL_REQUEST));
        case "ping" -> new Parsed.Ignored("ping");
        case "" -> new Parsed.Malformed("the header X-GitHub-Event is missing or doubled");
        default -> new Parsed.Ignored("not a push or pull_request event");
      };
    } catch (MalformedPayloadException e) {
      return new Parsed.Malformed(e.getMessage());
    }
  }

  private Parsed push(Delivery delivery, JsonFields fields) throws MalformedPayloadException {
    return PushedRef.read(
        fields,
        delivery.repository(fields, "repository.full_name"),
        origin(delivery, fields, "pusher.name"));
  }

  private Parsed pullRequest(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    // a closed request that was not merged may still carry a merge_commit_sha, of a trial merge
    if (!fields.required("action", Function.identity()).equals("closed")
        || !fields.truth("pull_request.merged").orElse(false)) {
      return new Parsed.Ignored("not a merge");
    }
    return Parsed.Events.of(
        new MergeRecorded(
            delivery.repository(fields, "repository.full_name"),
            fields.required("pull_request.base.ref", GitRef::branch),
            fields.optional("pull_request.merge_commit_sha", CommitId::orNone),
            fields.requiredNumber("pull_request.number"),
            fields.required("pull_request.title", Function.identity()),
            fields.text("pull_request.user.login"),
            fields.text("pull_request.merged_by.login"),
            fields.optional("pull_request.html_url", WebAddress::of),
            origin(delivery, fields, "pull_request.merged_by.login")));
  }

  private Origin origin(Delivery delivery, JsonFields fields, String actorField)
      throws MalformedPayloadException {
    Optional<String> actor = fields.text(actorField);
    return delivery.origin(
        delivery.id(idHeaders()), actor.isPresent() ? actor : fields.text("sender.login"));
  }

  private static JsonFields fields(Delivery delivery, Set<String> wanted)
      throws MalformedPayloadException {
    String contentType = delivery.headers().single("Content-Type").orElse("");
    boolean form =
        contentType.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    return JsonFields.read(
        form ? FormBody.field("payload", delivery.body()) : delivery.body(), wanted);
  }
}
