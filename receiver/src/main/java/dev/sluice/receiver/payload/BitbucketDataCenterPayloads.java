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
 * Deliveries of Bitbucket Data Center: {@code repo:refs_changed}, which may cover several refs,
 * {@code pr:merged}, the verdicts of reviewers ({@code pr:reviewer:approved} and others; the event
 * for changes is documented as {@code changes_requested}, and is {@code needs_work} in servers up
 * to now), and {@code repo:modified} if the project or name changed.
 *
 * @see <a
 *     href="https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html">Bitbucket
 *     Data Center: event payload</a>
 */
public final class BitbucketDataCenterPayloads implements PayloadReader {

  private static final PushedCommit COMMIT =
      new PushedCommit("id", "message", List.of("author.displayName", "author.name"), List.of());
  private static final JsonShape SHAPE =
      JsonShape.of(
              "actor.name",
              "changes[].ref.id",
              "changes[].refId",
              "changes[].fromHash",
              "changes[].toHash",
              "repository.slug",
              "repository.project.key",
              "old.slug",
              "old.project.key",
              "new.slug",
              "new.project.key",
              "pullRequest.id",
              "pullRequest.title",
              "pullRequest.author.user.name",
              "pullRequest.toRef.id",
              "pullRequest.toRef.repository.slug",
              "pullRequest.toRef.repository.project.key",
              "pullRequest.properties.mergeCommit.id",
              "pullRequest.fromRef.latestCommit",
              "participant.user.name",
              "participant.status",
              "participant.lastReviewedCommit",
              "pullRequest.links.self[].href")
          .shown(COMMIT.fields("toCommit."))
          .shown(COMMIT.fields("commits[]."));

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    return switch (delivery.event("X-Event-Key")) {
      case "repo:refs_changed" -> refsChanged(delivery, fields(delivery));
      case "pr:merged" -> merged(delivery, fields(delivery));
      case "pr:reviewer:approved",
          "pr:reviewer:unapproved",
          "pr:reviewer:needs_work",
          "pr:reviewer:changes_requested" ->
          review(delivery, fields(delivery));
      case "repo:modified" -> modified(delivery, fields(delivery));
      case "diagnostics:ping" -> new Parsed.Ignored(IgnoredReason.PING);
      default -> new Parsed.Ignored(IgnoredReason.OTHER_EVENT);
    };
  }

  private static Parsed refsChanged(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    RefChanges changes =
        new RefChanges(
            id,
            repository(delivery, fields, "repository"),
            delivery.origin(id, fields.person("actor.name")));
    for (JsonFields change : fields.requiredList("changes")) {
      String ref = change.text("ref.id").isPresent() ? "ref.id" : "refId";
      changes.add(change, ref, "fromHash", "toHash", head(fields, change.text("toHash")));
    }
    return changes.parsed();
  }

  /** Returns the commit of one of the changes; {@code toCommit} is that of one of them. */
  private static Optional<CommitSummary> head(JsonFields fields, Optional<String> id) {
    return fields.shown("toCommit.id").equals(id)
        ? COMMIT.in(fields, "toCommit.")
        : COMMIT.among(fields, "commits", id);
  }

  private static Parsed merged(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    Optional<String> mergedBy = fields.person("actor.name");
    List<JsonFields> links = fields.list("pullRequest.links.self");
    return new Parsed.Events(
        id,
        new MergeRecorded(
            repository(delivery, fields, "pullRequest.toRef.repository"),
            fields.required("pullRequest.toRef.id", GitRef::parse),
            fields.optional("pullRequest.properties.mergeCommit.id", CommitId::ifFull),
            Optional.empty(),
            Optional.empty(),
            fields.requiredNumber("pullRequest.id"),
            fields.requiredLine("pullRequest.title"),
            fields.person("pullRequest.author.user.name"),
            mergedBy,
            links.isEmpty() ? Optional.empty() : links.getFirst().optional("href", WebAddress::of),
            delivery.origin(id, mergedBy),
            fields.digits("pullRequest.fromRef.latestCommit")));
  }

  /** Reads a review. Its verdict is the reviewer's new status. */
  private static Parsed review(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    ReviewVerdict verdict =
        switch (fields.requiredText("participant.status")) {
          case "APPROVED" -> ReviewVerdict.APPROVED;
          case "NEEDS_WORK" -> ReviewVerdict.CHANGES_REQUESTED;
          default -> ReviewVerdict.WITHDRAWN;
        };
    DeliveryId id = id(delivery);
    Optional<String> reviewed = fields.digits("participant.lastReviewedCommit");
    List<JsonFields> links = fields.list("pullRequest.links.self");
    return new Parsed.Events(
        id,
        new ReviewRecorded(
            repository(delivery, fields, "pullRequest.toRef.repository"),
            fields.requiredNumber("pullRequest.id"),
            verdict,
            fields.person("participant.user.name", "actor.name"),
            reviewed.isPresent() ? reviewed : fields.digits("pullRequest.fromRef.latestCommit"),
            Optional.of(fields.requiredLine("pullRequest.title")),
            links.isEmpty() ? Optional.empty() : links.getFirst().optional("href", WebAddress::of),
            delivery.origin(id, fields.person("actor.name"))));
  }

  private static Parsed modified(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    RepositoryId before = repository(delivery, fields, "old");
    RepositoryId after = repository(delivery, fields, "new");
    if (before.equals(after)) {
      return new Parsed.Ignored(IgnoredReason.NOTHING_MOVED);
    }
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id, new RepositoryMoved(before, after, delivery.origin(id, fields.person("actor.name"))));
  }

  private static RepositoryId repository(Delivery delivery, JsonFields fields, String at)
      throws MalformedPayloadException {
    String project = fields.requiredText(at + ".project.key");
    return fields.required(at + ".slug", slug -> delivery.repository(project + "/" + slug));
  }

  private static DeliveryId id(Delivery delivery) {
    return delivery.id("X-Request-Id");
  }

  private static JsonFields fields(Delivery delivery) throws MalformedPayloadException {
    return StrictJson.read(delivery.body(), SHAPE);
  }
}
