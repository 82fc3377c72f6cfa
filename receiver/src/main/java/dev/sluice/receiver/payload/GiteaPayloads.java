package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Deliveries of Gitea, Forgejo and Gogs: {@code push}, {@code create}, {@code delete}, merged
 * {@code pull_request}, and reviews (not of Gogs), as JSON or as a form. The deletion of a branch
 * is reported only by {@code delete}, and Gogs reports tags only by {@code create} and {@code
 * delete}. If a push reports the same change, the second event has no further effect.
 *
 * @see <a href="https://docs.gitea.com/usage/webhooks">Gitea: webhooks</a>
 * @see <a href="https://forgejo.org/docs/latest/user/webhooks/">Forgejo: webhooks</a>
 * @see <a href="https://github.com/gogs/docs-api/blob/master/Repositories/Webhooks.md">Gogs:
 *     webhooks</a>
 */
public final class GiteaPayloads implements PayloadReader {

  private static final String FULL_NAME = "repository.full_name";
  private static final String HEAD = "head_commit.";
  private static final PushedCommit COMMIT =
      new PushedCommit("id", "message", List.of("author.name", "author.username"), List.of("url"));
  private static final JsonShape SHAPE =
      JsonShape.of(
              "action",
              "ref",
              "ref_type",
              "sha",
              "before",
              "after",
              FULL_NAME,
              "pusher.login",
              "pusher.username",
              "sender.login",
              "sender.username",
              "pull_request.merged",
              "pull_request.merge_commit_sha",
              "pull_request.number",
              "pull_request.title",
              "pull_request.html_url",
              "pull_request.base.ref",
              "pull_request.base_branch",
              "pull_request.head.sha",
              "review.type",
              "pull_request.user.login",
              "pull_request.user.username",
              "pull_request.merged_by.login",
              "pull_request.merged_by.username")
          .shown(COMMIT.fields(HEAD))
          .shown(COMMIT.fields("commits[]."));

  private final String[] eventHeaders;
  private final String[] idHeaders;

  /**
   * Creates the reader.
   *
   * @param names prefixes of the forge's headers in order of preference, such as {@code Forgejo},
   *     {@code Gitea}
   */
  public GiteaPayloads(String... names) {
    this.eventHeaders = headers("X-%s-Event", names);
    this.idHeaders = headers("X-%s-Delivery", names);
  }

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    return switch (event(delivery)) {
      case "push" -> push(delivery, fields(delivery));
      case "create" -> created(delivery, fields(delivery));
      case "delete" -> deleted(delivery, fields(delivery));
      case "pull_request" -> pullRequest(delivery, fields(delivery));
      case "pull_request_approved" -> review(delivery, ReviewVerdict.APPROVED);
      case "pull_request_rejected" -> review(delivery, ReviewVerdict.CHANGES_REQUESTED);
      case "pull_request_comment" -> review(delivery, ReviewVerdict.COMMENTED);
      default -> new Parsed.Ignored(IgnoredReason.OTHER_EVENT);
    };
  }

  private String event(Delivery delivery) throws MalformedPayloadException {
    String header =
        Stream.of(eventHeaders).filter(delivery.headers()::has).findFirst().orElse(eventHeaders[0]);
    return delivery.event(header);
  }

  private Parsed push(Delivery delivery, JsonFields fields) throws MalformedPayloadException {
    Optional<CommitSummary> head =
        COMMIT.among(fields, "commits", fields.text("after")).or(() -> COMMIT.in(fields, HEAD));
    return changes(delivery, fields).add(fields, "ref", "before", "after", head).parsed();
  }

  private Parsed created(Delivery delivery, JsonFields fields) throws MalformedPayloadException {
    return changes(delivery, fields)
        .add(
            ref(fields),
            Optional.empty(),
            fields.optional("sha", CommitId::ifFull),
            Optional.empty())
        .parsed();
  }

  private Parsed deleted(Delivery delivery, JsonFields fields) throws MalformedPayloadException {
    return changes(delivery, fields)
        .add(ref(fields), Optional.empty(), Optional.empty(), Optional.empty())
        .parsed();
  }

  /** Returns the ref that create and delete name by its kind and short name. */
  private static Optional<GitRef> ref(JsonFields fields) throws MalformedPayloadException {
    return switch (fields.requiredText("ref_type")) {
      case "branch" -> Optional.of(fields.required("ref", GitRef::branch));
      case "tag" -> Optional.of(fields.required("ref", GitRef::tag));
      default -> Optional.empty();
    };
  }

  private RefChanges changes(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = delivery.id(idHeaders);
    return new RefChanges(
        id,
        fields.required(FULL_NAME, delivery::repository),
        delivery.origin(
            id,
            fields.person("pusher.login", "pusher.username", "sender.login", "sender.username")));
  }

  private Parsed pullRequest(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    if (!fields.requiredText("action").equals("closed")
        || !fields.bool("pull_request.merged").orElse(false)) {
      return new Parsed.Ignored(IgnoredReason.NOT_A_MERGE);
    }
    DeliveryId id = delivery.id(idHeaders);
    Optional<String> mergedBy =
        fields.person("pull_request.merged_by.login", "pull_request.merged_by.username");
    Optional<String> sender = fields.person("sender.login", "sender.username");
    return new Parsed.Events(
        id,
        new MergeRecorded(
            fields.required(FULL_NAME, delivery::repository),
            fields.required(targetField(fields), GitRef::branch),
            fields.optional("pull_request.merge_commit_sha", CommitId::ifFull),
            Optional.empty(),
            Optional.empty(),
            fields.requiredNumber("pull_request.number"),
            fields.requiredLine("pull_request.title"),
            fields.person("pull_request.user.login", "pull_request.user.username"),
            mergedBy,
            fields.optional("pull_request.html_url", WebAddress::of),
            delivery.origin(id, mergedBy.or(() -> sender)),
            fields.digits("pull_request.head.sha")));
  }

  /**
   * Reads a review; its sender is the reviewer. The commit is the newest one of the request. Other
   * comments than reviews have no {@code review}.
   */
  private Parsed review(Delivery delivery, ReviewVerdict verdict) throws MalformedPayloadException {
    JsonFields fields = fields(delivery);
    if (!fields.requiredText("action").equals("reviewed") || fields.text("review.type").isEmpty()) {
      return new Parsed.Ignored(IgnoredReason.NOT_A_MERGE);
    }
    DeliveryId id = delivery.id(idHeaders);
    Optional<String> reviewer = fields.person("sender.login", "sender.username");
    return new Parsed.Events(
        id,
        new ReviewRecorded(
            fields.required(FULL_NAME, delivery::repository),
            fields.requiredNumber("pull_request.number"),
            verdict,
            reviewer,
            fields.digits("pull_request.head.sha"),
            Optional.of(fields.requiredLine("pull_request.title")),
            fields.optional("pull_request.html_url", WebAddress::of),
            delivery.origin(id, reviewer)));
  }

  /** Returns the field of the target branch; in Gogs it is not nested in an object. */
  private static String targetField(JsonFields fields) throws MalformedPayloadException {
    return fields.text("pull_request.base_branch").isPresent()
        ? "pull_request.base_branch"
        : "pull_request.base.ref";
  }

  private static JsonFields fields(Delivery delivery) throws MalformedPayloadException {
    return StrictJson.read(delivery.json(), SHAPE);
  }

  private static String[] headers(String form, String... names) {
    return Arrays.stream(names).map(form::formatted).toArray(String[]::new);
  }
}
