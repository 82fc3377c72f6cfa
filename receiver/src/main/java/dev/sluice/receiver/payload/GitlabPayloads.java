package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;

/**
 * Deliveries of GitLab: push, tag push, and merged or approved merge request, from project, group
 * and system hooks; from system hooks also renamed and transferred projects, and {@code
 * repository_update}, which lists every ref of a push that is too large for push events. The kind
 * is read from the body ({@code object_kind}, in system hooks {@code event_name}), since a
 * signature covers the body but no header.
 *
 * <p>Servers before GitLab 9 omit {@code project} or its path; the repository is then derived from
 * the URL of its page.
 *
 * @see <a href="https://docs.gitlab.com/user/project/integrations/webhook_events/">GitLab: webhook
 *     events</a>
 * @see <a
 *     href="https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events">GitLab:
 *     merge request events</a>
 * @see <a href="https://docs.gitlab.com/administration/system_hooks/">GitLab: system hooks</a>
 */
public final class GitlabPayloads implements PayloadReader {

  private static final String TARGET = "object_attributes.target.";
  private static final String PROJECT = "project.path_with_namespace";
  private static final PushedCommit COMMIT =
      new PushedCommit("id", "message", List.of("author.name"), List.of("url"));
  private static final JsonShape SHAPE =
      JsonShape.of(
              "object_kind",
              "event_name",
              "ref",
              "before",
              "after",
              "checkout_sha",
              "changes[].ref",
              "changes[].before",
              "changes[].after",
              PROJECT,
              "repository.homepage",
              "path_with_namespace",
              "old_path_with_namespace",
              "user_username",
              "user_name",
              "user.username",
              "user.id",
              "object_attributes.action",
              "object_attributes.system",
              "object_attributes.author_id",
              "object_attributes.iid",
              "object_attributes.title",
              "object_attributes.target_branch",
              "object_attributes.merge_commit_sha",
              "object_attributes.squash_commit_sha",
              "object_attributes.last_commit.id",
              "object_attributes.target.path_with_namespace",
              "object_attributes.target.http_url",
              "object_attributes.url")
          .shown(COMMIT.fields("commits[]."));

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    JsonFields fields = StrictJson.read(delivery.json(), SHAPE);
    String kind =
        fields
            .firstText("object_kind", "event_name")
            .orElseThrow(
                () -> new MalformedPayloadException("neither object_kind nor event_name is there"));
    return switch (kind) {
      case "push", "tag_push" -> push(delivery, fields);
      case "repository_update" -> repositoryUpdate(delivery, fields);
      case "merge_request" -> mergeRequest(delivery, fields);
      case "project_rename", "project_transfer" -> moved(delivery, fields);
      default -> new Parsed.Ignored(IgnoredReason.OTHER_EVENT);
    };
  }

  private static Parsed push(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    RefChanges changes = changes(delivery, fields);
    GitRef ref = fields.required("ref", GitRef::new);
    // old servers send the commit of a deleted tag as after; a null checkout_sha identifies it
    return fields.isNull("checkout_sha") && ref.value().startsWith("refs/tags/")
        ? changes
            .add(
                ref,
                fields.optional("before", CommitId::ifFull),
                Optional.empty(),
                Optional.empty())
            .parsed()
        : changes.add(fields, "ref", "before", "after", head(fields)).parsed();
  }

  /** Returns the pushed commit; an annotated tag has an id of its own in {@code after}. */
  private static Optional<CommitSummary> head(JsonFields fields) throws MalformedPayloadException {
    return COMMIT.among(fields, "commits", fields.firstText("checkout_sha", "after"));
  }

  private static Parsed repositoryUpdate(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    RefChanges changes = changes(delivery, fields);
    for (JsonFields change : fields.requiredList("changes")) {
      changes.add(change, "ref", "before", "after", Optional.empty());
    }
    return changes.parsed();
  }

  private static RefChanges changes(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    return new RefChanges(
        id,
        repository(delivery, fields),
        delivery.origin(id, fields.person("user_username", "user_name")));
  }

  private static RepositoryId repository(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    return fields.text(PROJECT).isEmpty() && fields.text("repository.homepage").isPresent()
        ? fields.required("repository.homepage", delivery::repositoryAt)
        : fields.required(PROJECT, delivery::repository);
  }

  private static Parsed mergeRequest(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    return switch (fields.text("object_attributes.action").orElse("")) {
      case "merge" -> merged(delivery, fields);
      case "approved", "approval" -> review(delivery, fields, ReviewVerdict.APPROVED);
      case "unapproved", "unapproval" -> review(delivery, fields, ReviewVerdict.WITHDRAWN);
      default -> new Parsed.Ignored(IgnoredReason.NOT_A_MERGE);
    };
  }

  /**
   * Reads an approval or its withdrawal. GitLab does not say which commit was reviewed; it is the
   * newest one of the request at that time. After a push to the request GitLab withdraws approvals
   * itself: the user is then the pusher, and it is not said whose approvals they were.
   */
  private static Parsed review(Delivery delivery, JsonFields fields, ReviewVerdict verdict)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    boolean isByGitlab = fields.bool("object_attributes.system").orElse(false);
    Optional<String> user = fields.person("user.username");
    return new Parsed.Events(
        id,
        new ReviewRecorded(
            target(delivery, fields),
            fields.requiredNumber("object_attributes.iid"),
            verdict,
            isByGitlab ? Optional.empty() : user,
            fields.digits("object_attributes.last_commit.id"),
            Optional.of(fields.requiredLine("object_attributes.title")),
            fields.optional("object_attributes.url", WebAddress::of),
            delivery.origin(id, user)));
  }

  private static Parsed merged(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    Optional<String> mergedBy = fields.person("user.username");
    Optional<CommitId> commit = mergeCommit(fields);
    return new Parsed.Events(
        id,
        new MergeRecorded(
            target(delivery, fields),
            fields.required("object_attributes.target_branch", GitRef::branch),
            commit,
            Optional.empty(),
            commit.isPresent()
                ? Optional.empty()
                : fields.optional("object_attributes.last_commit.id", CommitId::ifFull),
            fields.requiredNumber("object_attributes.iid"),
            fields.requiredLine("object_attributes.title"),
            isAuthor(fields) ? mergedBy : Optional.empty(),
            mergedBy,
            fields.optional("object_attributes.url", WebAddress::of),
            delivery.origin(id, mergedBy),
            fields.digits("object_attributes.last_commit.id")));
  }

  /** Returns the repository that was merged into; the request itself may come from a fork. */
  private static RepositoryId target(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    if (fields.text(PROJECT).isPresent()) {
      return fields.required(PROJECT, delivery::repository);
    }
    if (fields.text(TARGET + "path_with_namespace").isPresent()) {
      return fields.required(TARGET + "path_with_namespace", delivery::repository);
    }
    return fields.text(TARGET + "http_url").isPresent()
        ? fields.required(TARGET + "http_url", delivery::repositoryAt)
        : repository(delivery, fields);
  }

  /**
   * Returns a commit that is certain to be on the target branch: a fast-forward creates no merge
   * commit, and the body does not tell whether the request's commits were squashed.
   */
  private static Optional<CommitId> mergeCommit(JsonFields fields)
      throws MalformedPayloadException {
    for (String field : new String[] {"merge_commit_sha", "squash_commit_sha"}) {
      Optional<CommitId> commit = fields.optional("object_attributes." + field, CommitId::ifFull);
      if (commit.isPresent()) {
        return commit;
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether the author merged. The body has only the number of the author, and the name of
   * the user who merged.
   */
  private static boolean isAuthor(JsonFields fields) throws MalformedPayloadException {
    Optional<Long> author = fields.number("object_attributes.author_id");
    return author.isPresent() && author.equals(fields.number("user.id"));
  }

  private static Parsed moved(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id,
        new RepositoryMoved(
            fields.required("old_path_with_namespace", delivery::repository),
            fields.required("path_with_namespace", delivery::repository),
            delivery.origin(id, Optional.empty())));
  }

  private static DeliveryId id(Delivery delivery) {
    return delivery.id("Idempotency-Key", "webhook-id");
  }
}
