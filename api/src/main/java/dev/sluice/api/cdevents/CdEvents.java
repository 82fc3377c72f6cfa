package dev.sluice.api.cdevents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.Applied;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.ResultEvent.Removed;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Translates events into CDEvents 0.5. An application is a service, a cluster an environment, and
 * the manifests at a commit are the artifact. Pure.
 *
 * @see <a href="https://github.com/cdevents/spec/tree/v0.5.1">CDEvents 0.5.1</a>
 */
public final class CdEvents {

  /** The types of events that have a translation. */
  public static final List<Class<? extends Event>> TYPES =
      List.of(Applied.class, Removed.class, MergeRecorded.class, ReviewRecorded.class);

  private static final String VERSION = "0.5.1";

  /** The reason of a generation that a rollback sent. */
  private static final String RESTORE = "command restore";

  private CdEvents() {}

  /** Returns the CDEvent for an event; empty if there is none. */
  public static Optional<ObjectNode> of(Envelope<?> envelope, SentGenerations sent) {
    return TYPES.contains(envelope.event().getClass())
        ? of(
            envelope,
            envelope.event() instanceof ResultEvent.OfTarget result
                ? sent.of(result.subject())
                : Optional.empty())
        : Optional.empty();
  }

  /**
   * Returns the CDEvent for an event; empty if there is none.
   *
   * @param dispatched the event of the generation that the event is about; empty if it is unknown
   */
  public static Optional<ObjectNode> of(Envelope<?> envelope, Optional<Dispatched> dispatched) {
    return switch (envelope.event()) {
      case Applied applied ->
          Optional.of(
              service(predicate(applied, dispatched), envelope, applied.subject(), dispatched));
      case Removed removed ->
          Optional.of(service("removed", envelope, removed.subject(), dispatched));
      case MergeRecorded merge -> Optional.of(merged(envelope, merge));
      case ReviewRecorded review -> Optional.of(reviewed(envelope, review));
      default -> Optional.empty();
    };
  }

  /**
   * A new instance of a service is one of which no object existed before; so is one that somebody
   * had deleted.
   */
  private static String predicate(Applied applied, Optional<Dispatched> dispatched) {
    if (dispatched.filter(CdEvents::isRollback).isPresent()) {
      return "rolledback";
    }
    long created =
        applied.changes().stream()
            .filter(change -> change.action() == ObjectChange.Action.CREATED)
            .count();
    return created > 0 && created == applied.objects() ? "deployed" : "upgraded";
  }

  /** Returns whether older inputs were sent: those of a commit, or recorded ones. */
  private static boolean isRollback(Dispatched dispatched) {
    Generation generation = dispatched.subject().generation();
    return dispatched.reason().equals(RESTORE)
        || dispatched
            .repeated()
            .filter(repeated -> !repeated.next().equals(generation))
            .isPresent();
  }

  private static ObjectNode service(
      String predicate, Envelope<?> envelope, Subject about, Optional<Dispatched> dispatched) {
    ObjectNode event = event("service." + predicate + ".0.3.0", envelope);
    ObjectNode subject = event.putObject("subject");
    subject.put("id", about.application().value());
    ObjectNode content = subject.putObject("content");
    content.putObject("environment").put("id", about.cluster().value());
    Optional<RepositoryId> repository = dispatched.flatMap(CdEvents::repository);
    if (!(envelope.event() instanceof Removed)) {
      content.put("artifactId", PackageUrl.of(about.application(), repository, about.commit()));
    }
    ObjectNode more = event.putObject("customData");
    more.put("generation", about.generation().value());
    more.put("target", about.target().value());
    about.commit().ifPresent(commit -> more.put("commit", commit.value()));
    repository.ifPresent(name -> more.put("repository", name.value()));
    dispatched.ifPresent(
        sent -> {
          more.put("reason", sent.reason());
          sent.provenance().actor().ifPresent(actor -> more.put("actor", actor));
        });
    return event.put("customDataContentType", "application/json");
  }

  private static Optional<RepositoryId> repository(Dispatched dispatched) {
    return dispatched
        .positions()
        .flatMap(all -> all.stream().findFirst())
        .map(RefPosition::repository);
  }

  private static ObjectNode merged(Envelope<?> envelope, MergeRecorded merge) {
    ObjectNode event = change("merged", envelope, merge.repository(), merge.number());
    ObjectNode more = event.putObject("customData");
    more.put("title", merge.title());
    more.put("target", merge.target().value());
    merge.mergeCommit().ifPresent(commit -> more.put("commit", commit.value()));
    merge.author().ifPresent(author -> more.put("author", author));
    merge.mergedBy().ifPresent(by -> more.put("mergedBy", by));
    merge.url().ifPresent(url -> more.put("url", url));
    return event.put("customDataContentType", "application/json");
  }

  private static ObjectNode reviewed(Envelope<?> envelope, ReviewRecorded review) {
    ObjectNode event = change("reviewed", envelope, review.repository(), review.number());
    ObjectNode more = event.putObject("customData");
    more.put("verdict", review.verdict().word());
    review.reviewer().ifPresent(reviewer -> more.put("reviewer", reviewer));
    review.commit().ifPresent(commit -> more.put("commit", commit));
    review.title().ifPresent(title -> more.put("title", title));
    review.url().ifPresent(url -> more.put("url", url));
    return event.put("customDataContentType", "application/json");
  }

  private static ObjectNode change(
      String predicate, Envelope<?> envelope, RepositoryId repository, long number) {
    ObjectNode event = event("change." + predicate + ".0.3.0", envelope);
    ObjectNode subject = event.putObject("subject");
    subject.put("id", Long.toString(number));
    String name = repository.value();
    subject
        .putObject("content")
        .putObject("repository")
        .put("id", name.substring(name.indexOf('/') + 1))
        .put("source", "https://" + name.substring(0, name.indexOf('/')));
    return event;
  }

  private static ObjectNode event(String type, Envelope<?> envelope) {
    ObjectNode event = Json.mapper().createObjectNode();
    event
        .putObject("context")
        .put("specversion", VERSION)
        .put("id", envelope.id().value())
        .put("source", envelope.source())
        .put("type", "dev.cdevents." + type)
        // the same whether the event comes from a topic or from the read model, which has
        // milliseconds
        .put("timestamp", envelope.time().truncatedTo(ChronoUnit.MILLIS).toString())
        // one trace from the webhook to the apply
        .put("chainId", envelope.trace().traceId());
    return event;
  }
}
