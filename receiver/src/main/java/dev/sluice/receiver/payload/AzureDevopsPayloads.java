package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;
import java.util.Set;

/**
 * Deliveries of Azure DevOps service hooks: {@code git.push}, which may cover several refs,
 * completed {@code git.pullrequest.merged}, and {@code git.repo.renamed}. The body contains the
 * kind and the id. {@code remoteUrl} names the repository and must be on the endpoint's host. A
 * service hook that is set to send minimal or no resource details omits the repository and the
 * refs.
 *
 * @see <a href="https://learn.microsoft.com/en-us/azure/devops/service-hooks/events">Azure DevOps:
 *     service hooks events</a>
 */
public final class AzureDevopsPayloads implements PayloadReader {

  private static final String REMOTE = "resource.repository.remoteUrl";
  private static final Set<String> READ =
      Set.of("git.push", "git.pullrequest.merged", "git.repo.renamed");
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
          "resource.createdBy.uniqueName",
          "resource.createdBy.displayName",
          "resource.closedBy.uniqueName",
          "resource.closedBy.displayName",
          "resource._links.web.href",
          "resource.oldName",
          "resource.newName",
          "resource.initiatedBy.uniqueName",
          "resource.initiatedBy.displayName");

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
      changes.add(update, "name", "oldObjectId", "newObjectId");
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
            fields.requiredText("resource.title"),
            person(fields, "createdBy"),
            mergedBy,
            fields.optional("resource._links.web.href", WebAddress::of),
            delivery.origin(id, mergedBy)));
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
    return fields.firstText(
        "resource." + role + ".uniqueName", "resource." + role + ".displayName");
  }

  private static DeliveryId id(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    return fields.optional("id", DeliveryId::given).orElseGet(delivery::id);
  }
}
