package dev.sluice.platform.process;

import dev.sluice.contract.event.Excerpt;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Descriptions of failures of Kafka's clients, with what an operator can do about them. */
public final class KafkaFailures {

  private static final int MAX_TEXT = 500;
  private static final int MAX_CAUSES = 20;

  private KafkaFailures() {}

  /** Describes any exception on one line: what went wrong and what to do. */
  public static String describe(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String known = known(cause);
      if (!known.isEmpty()) {
        return known;
      }
    }
    Throwable shown =
        failure instanceof ExecutionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String first = shown.toString();
    Throwable root = root(shown);
    String text =
        root == shown || root.getMessage() == null || first.contains(root.getMessage())
            ? first
            : first + ": " + root.getMessage();
    return Excerpt.of(text.replaceAll("\\p{Cntrl}+", " "), MAX_TEXT);
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < MAX_CAUSES; depth++) {
      root = root.getCause();
    }
    return root;
  }

  private static String known(Throwable cause) {
    return switch (cause) {
      case TopicAuthorizationException topics ->
          "Kafka refuses access to the topics %s: grant this user what docs/operations.md lists"
              .formatted(
                  topics.unauthorizedTopics().isEmpty()
                      ? topics.getMessage()
                      : topics.unauthorizedTopics());
      case GroupAuthorizationException group ->
          "Kafka refuses access to the consumer group %s: grant this user READ on it"
              .formatted(group.groupId());
      case TransactionalIdAuthorizationException _ ->
          "Kafka refuses the transactional id: grant this user WRITE and DESCRIBE on those that"
              + " begin with the topic prefix";
      case ClusterAuthorizationException _ ->
          "Kafka refuses an operation on the cluster: grant this user what docs/operations.md"
              + " lists";
      case AuthenticationException authentication ->
          "Kafka does not accept the credentials (%s): check kafka-properties"
              .formatted(authentication.getMessage());
      case UnknownTopicOrPartitionException _ ->
          "a topic is not there (%s): the dispatcher creates it".formatted(cause.getMessage());
      case RecordTooLargeException _ ->
          "a record is larger than the topic takes (%s)".formatted(cause.getMessage());
      case TimeoutException late ->
          "Kafka does not answer in time (%s): check its address, and whether the broker runs"
              .formatted(late.getMessage());
      case ConfigException wrong ->
          "Kafka's clients refuse the configuration (%s): check kafka and kafka-properties"
              .formatted(wrong.getMessage());
      default -> "";
    };
  }
}
