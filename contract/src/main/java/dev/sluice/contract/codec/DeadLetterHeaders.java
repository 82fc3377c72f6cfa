package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterEvent.Closed;
import dev.sluice.contract.event.DeadLetterEvent.Opened;
import dev.sluice.contract.event.DeadLetterEvent.Retried;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Subject;
import org.apache.kafka.common.header.Headers;

/**
 * Record headers by which generic dead-letter tools can sort and select entries: those of Kafka's
 * own dead-letter queues (KIP-1191) where they apply, and {@code sluice_*} for the rest. All values
 * are UTF-8 text, numbers too, as Kafka writes them.
 *
 * @see <a href="https://cwiki.apache.org/confluence/x/3KZIFg">KIP-1191: Dead-letter queues for
 *     share groups</a>
 */
final class DeadLetterHeaders {

  private static final String KAFKA = "__dlq.errors.";
  private static final String OWN = "sluice_";

  /** Headers are for a quick look; the record's value has the full message. */
  private static final int LONGEST_MESSAGE = 1_024;

  private final Headers headers;

  private DeadLetterHeaders(Headers headers) {
    this.headers = headers;
  }

  static void add(Headers headers, DeadLetterEvent event, Envelope<?> envelope) {
    DeadLetterHeaders to = new DeadLetterHeaders(headers);
    to.own("entry", event.entry().value());
    switch (event) {
      case Opened opened -> {
        OriginalRecord original = opened.original();
        to.kafka("topic", original.topic());
        to.kafka("partition", original.partition());
        to.kafka("offset", original.offset());
        opened.subject().ifPresent(to::subject);
        to.failure(opened.failure(), opened.attempts(), envelope);
        to.own("first_at", opened.firstAt().orElse(envelope.time()));
      }
      case Retried retried -> to.failure(retried.failure(), retried.attempts(), envelope);
      case Closed closed -> {
        to.own("reason", closed.reason());
        to.own("generation", closed.generation());
      }
    }
    if (headers.lastHeader(OWN + "application") == null) {
      to.place(event.key());
    }
  }

  private void failure(Failure failure, int attempts, Envelope<?> envelope) {
    kafka("group", envelope.source());
    kafka("delivery.count", attempts);
    kafka("message", Excerpt.of(failure.message(), LONGEST_MESSAGE));
    own("cause", failure.code());
    own("stage", failure.stage());
    failure.object().ifPresent(object -> own("object", object));
    own("attempts", attempts);
    own("last_at", envelope.time());
  }

  private void subject(Subject subject) {
    own("cluster", subject.cluster());
    own("application", subject.application());
    own("generation", subject.generation());
    subject.commit().ifPresent(commit -> own("commit", commit));
  }

  /**
   * Adds the cluster and application of a key of the form {@code cluster/application}; the key of
   * an undecodable record has another form.
   */
  private void place(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length == 2) {
      own("cluster", parts[0]);
      own("application", parts[1]);
    }
  }

  private void kafka(String name, Object value) {
    headers.add(KAFKA + name, value.toString().getBytes(UTF_8));
  }

  private void own(String name, Object value) {
    headers.add(OWN + name, value.toString().getBytes(UTF_8));
  }
}
