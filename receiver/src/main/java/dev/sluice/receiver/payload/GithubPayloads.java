package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.DefaultBranchChanged;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Deliveries of GitHub, from hooks of repositories and organizations and from Apps: {@code push}
 * (branches and tags, including creation and deletion), merged {@code pull_request}, {@code
 * pull_request_review}, and changes of name and default branch in {@code repository}; as JSON or as
 * a form.
 *
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">GitHub: webhook
 *     events and payloads</a>
 * @see <a
 *     href="https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review">GitHub:
 *     pull_request_review</a>
 */
public final class GithubPayloads implements PayloadReader {

  private static final String FULL_NAME = "repository.full_name";
  private static final String HEAD = "head_commit.";
  private static final PushedCommit COMMIT =
      new PushedCommit("id", "message", List.of("author.name", "author.username"), List.of("url"));
  private static final JsonShape PUSH =
      JsonShape.of(
              "ref",
              "before",
              "after",
              FULL_NAME,
              "repository.name",
              "repository.owner.name",
              "pusher.name",
              "sender.login")
          .shown(COMMIT.fields(HEAD));
  private static final JsonShape PULL_REQUEST =
      JsonShape.of(
          "action",
          FULL_NAME,
          "sender.login",
          "pull_request.merged",
          "pull_request.merge_commit_sha",
          "pull_request.number",
          "pull_request.title",
          "pull_request.html_url",
          "pull_request.base.ref",
          "pull_request.head.sha",
          "pull_request.user.login",
          "pull_request.merged_by.login");
  private static final JsonShape REVIEW =
      JsonShape.of(
          "action",
          FULL_NAME,
          "sender.login",
          "pull_request.number",
          "pull_request.title",
          "review.state",
          "review.commit_id",
          "review.html_url",
          "review.user.login");
  private static final JsonShape REPOSITORY =
      JsonShape.of(
          "action",
          FULL_NAME,
          "repository.name",
          "repository.owner.login",
          "repository.default_branch",
          "sender.login",
          "changes.repository.name.from",
          "changes.owner.from.user.login",
          "changes.owner.from.organization.login",
          "changes.default_branch.from");

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    return switch (delivery.event("X-GitHub-Event")) {
      case "push" -> push(delivery, fields(delivery, PUSH));
      case "pull_request" -> pullRequest(delivery, fields(delivery, PULL_REQUEST));
      case "pull_request_review" -> review(delivery, fields(delivery, REVIEW));
      case "repository" -> repository(delivery, fields(delivery, REPOSITORY));
      case "ping" -> new Parsed.Ignored(IgnoredReason.PING);
      case "create", "delete" -> new Parsed.Ignored(IgnoredReason.REPEATS_A_PUSH);
      case "merge_group" -> new Parsed.Ignored(IgnoredReason.MERGE_QUEUE);
      default -> new Parsed.Ignored(IgnoredReason.OTHER_EVENT);
    };
  }

  private static Parsed push(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    return new RefChanges(
            id,
            pushedRepository(delivery, fields),
            delivery.origin(id, fields.person("pusher.name", "sender.login")))
        .add(fields, "ref", "before", "after", COMMIT.in(fields, HEAD))
        .parsed();
  }

  /**
   * Returns the repository of a push. Old servers send only the names of the owner and the
   * repository.
   */
  private static RepositoryId pushedRepository(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    Optional<String> owner = fields.text("repository.owner.name");
    if (fields.text(FULL_NAME).isPresent() || owner.isEmpty()) {
      return fields.required(FULL_NAME, delivery::repository);
    }
    return fields.required(
        "repository.name", name -> delivery.repository(owner.get() + "/" + name));
  }

  private static Parsed pullRequest(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    // a closed request that was not merged may still carry a merge_commit_sha, of a trial merge
    if (!fields.requiredText("action").equals("closed")
        || !fields.bool("pull_request.merged").orElse(false)) {
      return new Parsed.Ignored(IgnoredReason.NOT_A_MERGE);
    }
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id,
        new MergeRecorded(
            fields.required(FULL_NAME, delivery::repository),
            fields.required("pull_request.base.ref", GitRef::branch),
            fields.optional("pull_request.merge_commit_sha", CommitId::ifFull),
            Optional.empty(),
            Optional.empty(),
            fields.requiredNumber("pull_request.number"),
            fields.requiredLine("pull_request.title"),
            fields.person("pull_request.user.login"),
            fields.person("pull_request.merged_by.login"),
            fields.optional("pull_request.html_url", WebAddress::of),
            delivery.origin(id, fields.person("pull_request.merged_by.login", "sender.login")),
            fields.digits("pull_request.head.sha")));
  }

  /**
   * Reads a review that was submitted, or dismissed by somebody; an edited text changes no verdict.
   */
  private static Parsed review(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    Optional<ReviewVerdict> verdict =
        switch (fields.requiredText("action")) {
          case "submitted" -> verdict(fields.requiredText("review.state"));
          case "dismissed" -> Optional.of(ReviewVerdict.WITHDRAWN);
          default -> Optional.empty();
        };
    if (verdict.isEmpty()) {
      return new Parsed.Ignored(IgnoredReason.NOT_A_MERGE);
    }
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id,
        new ReviewRecorded(
            fields.required(FULL_NAME, delivery::repository),
            fields.requiredNumber("pull_request.number"),
            verdict.get(),
            fields.person("review.user.login"),
            fields.digits("review.commit_id"),
            Optional.of(fields.requiredLine("pull_request.title")),
            fields.optional("review.html_url", WebAddress::of),
            origin(delivery, id, fields)));
  }

  private static Optional<ReviewVerdict> verdict(String state) {
    return switch (state.toLowerCase(Locale.ROOT)) {
      case "approved" -> Optional.of(ReviewVerdict.APPROVED);
      case "changes_requested" -> Optional.of(ReviewVerdict.CHANGES_REQUESTED);
      case "commented" -> Optional.of(ReviewVerdict.COMMENTED);
      default -> Optional.empty();
    };
  }

  private static Parsed repository(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    return switch (fields.requiredText("action")) {
      case "renamed" -> {
        String owner = fields.requiredText("repository.owner.login");
        yield moved(
            delivery,
            fields,
            fields.required(
                "changes.repository.name.from", name -> delivery.repository(owner + "/" + name)));
      }
      case "transferred" -> {
        String name = fields.requiredText("repository.name");
        String from =
            fields.text("changes.owner.from.user.login").isPresent()
                ? "changes.owner.from.user.login"
                : "changes.owner.from.organization.login";
        yield moved(
            delivery,
            fields,
            fields.required(from, owner -> delivery.repository(owner + "/" + name)));
      }
      case "edited" -> edited(delivery, fields);
      default -> new Parsed.Ignored(IgnoredReason.NOTHING_MOVED);
    };
  }

  private static Parsed moved(Delivery delivery, JsonFields fields, RepositoryId from)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id,
        new RepositoryMoved(
            from, fields.required(FULL_NAME, delivery::repository), origin(delivery, id, fields)));
  }

  private static Parsed edited(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    Optional<GitRef> before =
        fields.optional("changes.default_branch.from", name -> Optional.of(GitRef.branch(name)));
    if (before.isEmpty()) {
      return new Parsed.Ignored(IgnoredReason.NOTHING_MOVED);
    }
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id,
        new DefaultBranchChanged(
            fields.required(FULL_NAME, delivery::repository),
            before,
            fields.required("repository.default_branch", GitRef::branch),
            origin(delivery, id, fields)));
  }

  private static Origin origin(Delivery delivery, DeliveryId id, JsonFields fields)
      throws MalformedPayloadException {
    return delivery.origin(id, fields.person("sender.login"));
  }

  private static DeliveryId id(Delivery delivery) {
    return delivery.id("X-GitHub-Delivery");
  }

  private static JsonFields fields(Delivery delivery, JsonShape shape)
      throws MalformedPayloadException {
    return StrictJson.read(delivery.json(), shape);
  }
}
