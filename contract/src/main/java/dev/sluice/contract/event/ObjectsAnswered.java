package dev.sluice.contract.event;

import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;

/**
 * The answer to {@link QuestionEvent.ObjectsAsked}: the live objects of an application and the
 * objects that controllers made for them, with their health.
 *
 * @param question the event id of the question
 * @param by the person who asked
 * @param generation the generation in the cluster's ledger; absent if there is none
 * @param objects each is followed by those that it owns
 * @param omitted the number of further objects
 * @param unlisted the kinds that could not be listed, with the reason
 * @param failure why the objects could not be read; absent if they could
 */
public record ObjectsAnswered(
    ClusterName cluster,
    ApplicationName application,
    EventId question,
    String by,
    Optional<Generation> generation,
    List<Node> objects,
    int omitted,
    List<String> unlisted,
    Optional<Failure> failure)
    implements ResultEvent {

  public ObjectsAnswered {
    objects = List.copyOf(objects);
    unlisted = List.copyOf(unlisted);
  }

  /**
   * An object in the tree of an application.
   *
   * @param depth 0 for the application's own objects, 1 for those that they own, and so on
   * @param reason one sentence for people about the health
   */
  public record Node(ObjectRef object, int depth, Health health, String reason) {}

  @Override
  public String key() {
    return cluster + "/" + application;
  }
}
