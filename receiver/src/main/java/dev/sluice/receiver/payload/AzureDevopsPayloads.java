package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Deliveries of Azure DevOps service hooks: {@code git.push}, which may cover several refs,
 * completed {@code git.pullrequest.merged}, votes in {@code git.pullrequest.updated}, and {@code
 * git.repo.renamed}. The body contains the kind and the id. {@code remoteUrl} names the repository
 * and must be on the endpoint's host. A service hook that is set to send minimal or no resource
 * details omits the repository and the refs.
 *
 * @see <a href="https://learn.microsoft.com/en-us/azure/devops/service-hooks/events">Azure DevOps:
 *     service hooks events</a>
 */
public final class AzureDevopsPayloads implements PayloadReader {

  private static final String REMOTE = "resource.repository.remoteUrl";
  private static final PushedCommit COMMIT =
      new PushedCommit("commitId", "comment", List.of("author.name"), List.of());
  private static final Set<String> READ =
      Set.of("git.push", "git.pullrequest.merged", "git.pullrequest.updated", "git.repo.renamed");

  /** Words of the messages about votes. */
  private static final List<String> VOTES =
      List.of(
          " approved pull request",
          " has approved and left suggestions",
          " is waiting for the author",
          " rejected pull request",
          " voted on pull request",
          " reset their vote");

  private static final JsonShape SHAPE =
      JsonShape.of(
              "id",
              "eventType",
              REMOTE,
              "resource.refUpdates[].name",
              "resource.refUpdates[].oldObjectId",
              "resource.refUpdates[].newObjectId",
              "resource.pushedBy.uniqueName",
              "resource.pushedBy.displayName",
              "resource.status",
              "resource.mergeStatus",
              "resource.pullRequestId",
              "resource.title",
              "resource.targetRefName",
              "resource.lastMergeCommit.commitId",
              "resource.lastMergeSourceCommit.commitId",
              "resource.reviewers[].displayName",
              "resource.reviewers[].uniqueName",
              "resource.reviewers[].vote",
              "resource.createdBy.uniqueName",
              "resource.createdBy.displayName",
              "resource.closedBy.uniqueName",
              "resource.closedBy.displayName",
              "resource._links.web.href",
              "resource.oldName",
              "resource.newName",
              "resource.initiatedBy.uniqueName",
              "resource.initiatedBy.displayName")
          .shown("message.text")
          .shown(COMMIT.fields("resource.commits[]."));

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    JsonFields fields = StrictJson.read(delivery.body(), SHAPE);
    String type = fields.requiredText("eventType");
    if (READ.contains(type) && fields.text(REMOTE).isEmpty()) {
      return new Parsed.Ignored(IgnoredReason.NO_DETAILS);
    }
    return switch (type) {
      case "git.push" -> push(delivery, fields);
      case "git.pullrequest.merged" -> merged(delivery, fields);
      case "git.pullrequest.updated" -> voted(delivery, fields);
      case "git.repo.renamed" -> renamed(delivery, fields);
      default -> new Parsed.Ignored(IgnoredReason.OTHER_EVENT);
    };
  }

  private static Parsed push(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery, fields);
    RefChanges changes =
        new RefChanges(
            id,
            fields.required(REMOTE, delivery::repositoryAt),
            delivery.origin(id, person(fields, "pushedBy")));
    for (JsonFields update : fields.requiredList("resource.refUpdates")) {
      changes.add(
          update,
          "name",
          "oldObjectId",
          "newObjectId",
          COMMIT.among(fields, "resource.commits", update.text("newObjectId")));
    }
    return changes.parsed();
  }

  /**
   * Reads a completed merge. The event is sent for every attempt to merge, including trial merges
   * of open requests.
   */
  private static Parsed merged(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    if (!fields.text("resource.status").orElse("").equals("completed")
        || !fields.text("resource.mergeStatus").orElse("").equals("succeeded")) {
      return new Parsed.Ignored(IgnoredReason.NOT_A_MERGE);
    }
    DeliveryId id = id(delivery, fields);
    Optional<String> mergedBy = person(fields, "closedBy");
    return new Parsed.Events(
        id,
        new MergeRecorded(
            fields.required(REMOTE, delivery::repositoryAt),
            fields.required("resource.targetRefName", GitRef::new),
            fields.optional("resource.lastMergeCommit.commitId", CommitId::ifFull),
            Optional.empty(),
            Optional.empty(),
            fields.requiredNumber("resource.pullRequestId"),
            fields.requiredLine("resource.title"),
            person(fields, "createdBy"),
            mergedBy,
            fields.optional("resource._links.web.href", WebAddress::of),
            delivery.origin(id, mergedBy),
            fields.digits("resource.lastMergeSourceCommit.commitId")));
  }

  /**
   * Reads a vote. The event is sent for every change of a request, with all votes that were ever
   * given. Only its message says that it is about a vote. The message begins with the name of the
   * voter, and may end with the title of the request.
   */
  private static Parsed voted(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    Optional<String> message = fields.shown("message.text").filter(text -> !text.isBlank());
    if (message.isEmpty()) {
      return new Parsed.Ignored(IgnoredReason.NO_REVIEWER);
    }
    Optional<JsonFields> found = voter(message.get(), fields.list("resource.reviewers"));
    if (found.isEmpty()) {
      String title = fields.requiredLine("resource.title");
      return new Parsed.Ignored(
          soundsLikeVote(message.get().replace("(" + title + ")", ""))
              ? IgnoredReason.NO_REVIEWER
              : IgnoredReason.NOT_A_MERGE);
    }
    DeliveryId id = id(delivery, fields);
    Optional<String> voter = found.get().person("uniqueName", "displayName");
    return new Parsed.Events(
        id,
        new ReviewRecorded(
            fields.required(REMOTE, delivery::repositoryAt),
            fields.requiredNumber("resource.pullRequestId"),
            verdict(found.get().number("vote").orElseThrow()),
            voter,
            fields.digits("resource.lastMergeSourceCommit.commitId"),
            Optional.of(fields.requiredLine("resource.title")),
            fields.optional("resource._links.web.href", WebAddress::of),
            delivery.origin(id, voter)));
  }

  /**
   * Returns the reviewer whose name and the words of a vote are the beginning of the message. If a
   * name begins with another reviewer's name and the words of a vote, the longer name is meant.
   */
  private static Optional<JsonFields> voter(String message, List<JsonFields> reviewers)
      throws MalformedPayloadException {
    Optional<JsonFields> voter = Optional.empty();
    int longest = 0;
    for (JsonFields reviewer : reviewers) {
      String name = reviewer.firstText("displayName").orElse("");
      if (name.length() > longest
          && reviewer.number("vote").isPresent()
          && VOTES.stream().anyMatch(words -> message.startsWith(name + words))) {
        voter = Optional.of(reviewer);
        longest = name.length();
      }
    }
    return voter;
  }

  private static boolean soundsLikeVote(String message) {
    return VOTES.stream().anyMatch(message::contains);
  }

  /**
   * Returns the verdict of a vote: 10 approved, 5 approved with suggestions, 0 no vote, -5 waiting
   * for the author, -10 rejected.
   *
   * @see <a
   *     href="https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-reviewers">Azure
   *     DevOps: pull request reviewers</a>
   */
  private static ReviewVerdict verdict(long vote) {
    if (vote == 0) {
      return ReviewVerdict.WITHDRAWN;
    }
    return vote > 0 ? ReviewVerdict.APPROVED : ReviewVerdict.CHANGES_REQUESTED;
  }

  private static Parsed renamed(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    RepositoryId now = fields.required(REMOTE, delivery::repositoryAt);
    DeliveryId id = id(delivery, fields);
    return new Parsed.Events(
        id,
        new RepositoryMoved(
            fields.required("resource.oldName", now::beside),
            fields.required("resource.newName", now::beside),
            delivery.origin(id, person(fields, "initiatedBy"))));
  }

  private static Optional<String> person(JsonFields fields, String role)
      throws MalformedPayloadException {
    return fields.person("resource." + role + ".uniqueName", "resource." + role + ".displayName");
  }

  private static DeliveryId id(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    return fields.optional("id", DeliveryId::given).orElseGet(delivery::id);
  }
}
