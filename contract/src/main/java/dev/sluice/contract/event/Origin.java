package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;

/** The way in which Sluice learned of a change. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Origin.Webhook.class, name = "webhook"),
  @JsonSubTypes.Type(value = Origin.Poll.class, name = "sweep")
})
public sealed interface Origin {

  /**
   * A webhook reported it.
   *
   * @param endpoint the receiver's endpoint
   * @param delivery the forge's id of the delivery, the same when it is redelivered
   * @param actor the person who pushed or merged, as the forge names them
   * @param receivedAt the time at which the whole request had been read
   */
  record Webhook(String endpoint, String delivery, Optional<String> actor, Instant receivedAt)
      implements Origin {}

  /**
   * A poll of the remote's refs found it.
   *
   * @param foundAt the time of the poll
   */
  record Poll(Instant foundAt) implements Origin {}
}
