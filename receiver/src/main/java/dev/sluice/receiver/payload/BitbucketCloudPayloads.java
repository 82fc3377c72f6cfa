package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Deliveries of Bitbucket Cloud: {@code repo:push}, which may cover several refs, {@code
 * pullrequest:fulfilled}, approvals and requests for changes, and {@code repo:updated} if the name
 * changed.
 *
 * @see <a href="https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/">Bitbucket
 *     Cloud: event payloads</a>
 */
public final class BitbucketCloudPayloads implements PayloadReader {

  private static final String FULL_NAME = "repository.full_name";
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{7,63}");
  private static final String HEAD = "new.target.";
  private static final PushedCommit COMMIT =
      new PushedCommit(
          "hash",
          "message",
          List.of("author.user.display_name", "author.raw"),
          List.of("links.html.href"));
  private static final JsonShape PUSH =
      JsonShape.of(
              FULL_NAME,
              "actor.nickname",
              "actor.username",
              "actor.display_name",
              "push.changes[].new.type",
              "push.changes[].new.name",
              "push.changes[].new.target.hash",
              "push.changes[].old.type",
              "push.changes[].old.name",
              "push.changes[].old.target.hash")
          .shown(COMMIT.fields("push.changes[]." + HEAD));
  private static final JsonShape PULL_REQUEST =
      JsonShape.of(
          FULL_NAME,
          "actor.nickname",
          "actor.username",
          "actor.display_name",
          "pullrequest.id",
          "pullrequest.title",
          "pullrequest.author.nickname",
          "pullrequest.author.display_name",
          "pullrequest.closed_by.nickname",
          "pullrequest.closed_by.display_name",
          "pullrequest.destination.branch.name",
          "pullrequest.merge_commit.hash",
          "pullrequest.source.commit.hash",
          "pullrequest.links.html.href");
  private static final JsonShape UPDATED =
      JsonShape.of(
          "actor.nickname",
          "actor.username",
          "actor.display_name",
          "changes.full_name.old",
          "changes.full_name.new");

  @Override
  public Parsed parse(Delivery delivery) throws MalformedPayloadException {
    return switch (delivery.event("X-Event-Key")) {
      case "repo:push" -> push(delivery, StrictJson.read(delivery.body(), PUSH));
      case "pullrequest:fulfilled" ->
          fulfilled(delivery, StrictJson.read(delivery.body(), PULL_REQUEST));
      case "pullrequest:approved" -> review(delivery, ReviewVerdict.APPROVED);
      case "pullrequest:changes_request_created" ->
          review(delivery, ReviewVerdict.CHANGES_REQUESTED);
      case "pullrequest:unapproved", "pullrequest:changes_request_removed" ->
          review(delivery, ReviewVerdict.WITHDRAWN);
      case "repo:updated" -> updated(delivery, StrictJson.read(delivery.body(), UPDATED));
      default -> new Parsed.Ignored(IgnoredReason.OTHER_EVENT);
    };
  }

  private static Parsed push(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    RefChanges changes =
        new RefChanges(
            id,
            fields.required(FULL_NAME, delivery::repository),
            delivery.origin(id, actor(fields)));
    for (JsonFields change : fields.requiredList("push.changes")) {
      String side = change.isNull("new") ? "old" : "new";
      changes.add(
          ref(change, side),
          change.optional("old.target.hash", CommitId::ifFull),
          change.optional("new.target.hash", CommitId::ifFull),
          COMMIT.in(change, HEAD));
    }
    return changes.parsed();
  }

  private static Optional<GitRef> ref(JsonFields change, String side)
      throws MalformedPayloadException {
    String name = side + ".name";
    return switch (change.requiredText(side + ".type")) {
      case "branch", "named_branch" -> Optional.of(change.required(name, GitRef::branch));
      case "tag", "annotated_tag" -> Optional.of(change.required(name, GitRef::tag));
      default -> Optional.empty();
    };
  }

  private static Parsed fulfilled(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    DeliveryId id = id(delivery);
    Optional<String> mergedBy =
        fields.person("pullrequest.closed_by.nickname", "pullrequest.closed_by.display_name");
    Optional<String> actor = actor(fields);
    Optional<String> hash = fields.text("pullrequest.merge_commit.hash");
    return new Parsed.Events(
        id,
        new MergeRecorded(
            fields.required(FULL_NAME, delivery::repository),
            fields.required("pullrequest.destination.branch.name", GitRef::branch),
            hash.flatMap(CommitId::ifFull),
            hash.filter(hex -> CommitId.ifFull(hex).isEmpty() && PREFIX.matcher(hex).matches()),
            Optional.empty(),
            fields.requiredNumber("pullrequest.id"),
            fields.requiredLine("pullrequest.title"),
            fields.person("pullrequest.author.nickname", "pullrequest.author.display_name"),
            mergedBy,
            fields.optional("pullrequest.links.html.href", WebAddress::of),
            delivery.origin(id, mergedBy.or(() -> actor)),
            fields.digits("pullrequest.source.commit.hash")));
  }

  /**
   * Reads a review; its actor is the reviewer. The commit is the newest one of the request, of
   * which Bitbucket sends the first twelve digits.
   */
  private static Parsed review(Delivery delivery, ReviewVerdict verdict)
      throws MalformedPayloadException {
    JsonFields fields = StrictJson.read(delivery.body(), PULL_REQUEST);
    DeliveryId id = id(delivery);
    Optional<String> reviewer = actor(fields);
    return new Parsed.Events(
        id,
        new ReviewRecorded(
            fields.required(FULL_NAME, delivery::repository),
            fields.requiredNumber("pullrequest.id"),
            verdict,
            reviewer,
            fields.digits("pullrequest.source.commit.hash"),
            Optional.of(fields.requiredLine("pullrequest.title")),
            fields.optional("pullrequest.links.html.href", WebAddress::of),
            delivery.origin(id, reviewer)));
  }

  private static Parsed updated(Delivery delivery, JsonFields fields)
      throws MalformedPayloadException {
    if (fields.text("changes.full_name.old").isEmpty()) {
      return new Parsed.Ignored(IgnoredReason.NOTHING_MOVED);
    }
    DeliveryId id = id(delivery);
    return new Parsed.Events(
        id,
        new RepositoryMoved(
            fields.required("changes.full_name.old", delivery::repository),
            fields.required("changes.full_name.new", delivery::repository),
            delivery.origin(id, actor(fields))));
  }

  private static Optional<String> actor(JsonFields fields) throws MalformedPayloadException {
    return fields.person("actor.nickname", "actor.username", "actor.display_name");
  }

  private static DeliveryId id(Delivery delivery) {
    return delivery.id("X-Request-UUID");
  }
}
