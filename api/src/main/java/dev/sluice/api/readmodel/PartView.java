package dev.sluice.api.readmodel;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.Condition;
import dev.sluice.contract.event.Heartbeat.Delivery;
import dev.sluice.contract.event.Heartbeat.Endpoint;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A part of the installation, according to its last report.
 *
 * @param part receiver, dispatcher, worker or api
 * @param cluster of a worker
 * @param state running, leading, standby, gave-up, stopped, or silent if it reports no longer
 * @param lastSeenAt when its last report arrived
 * @param conditions what was wrong then
 * @param endpoints the webhook endpoints of a receiver, and the last deliveries to each
 * @param fleet that a dispatcher reads; absent for those that do not
 */
public record PartView(
    String part,
    String instance,
    Optional<String> cluster,
    String state,
    Instant lastSeenAt,
    List<ConditionView> conditions,
    List<EndpointView> endpoints,
    Optional<FleetView> fleet) {

  /** The state of a part that reports no longer. */
  static final String SILENT = "silent";

  /**
   * Something that an operator should know about.
   *
   * @param severity warning, or fault if work is not done
   */
  public record ConditionView(String code, String message, Instant since, String severity) {

    static ConditionView of(Condition condition) {
      return new ConditionView(
          condition.code().value(),
          condition.message(),
          condition.since(),
          word(condition.severity()));
    }

    ConditionView withMessage(String other) {
      return new ConditionView(code, other, since, severity);
    }
  }

  /**
   * A webhook endpoint.
   *
   * @param address what the canonical names of its repositories begin with
   * @param authentic the last delivery with a valid signature since the receiver was started
   * @param refused the last delivery that was refused since then
   */
  public record EndpointView(
      String endpoint,
      String address,
      Optional<ReceivedView> authentic,
      Optional<ReceivedView> refused) {

    static EndpointView of(Endpoint endpoint) {
      return new EndpointView(
          endpoint.name(),
          endpoint.address(),
          endpoint.authentic().map(ReceivedView::of),
          endpoint.refused().map(ReceivedView::of));
    }
  }

  /**
   * A delivery to an endpoint.
   *
   * @param note why it was refused, or led to no event; empty if it led to events
   */
  public record ReceivedView(
      Instant at, Optional<String> delivery, String sender, Optional<String> note) {

    static ReceivedView of(Delivery delivery) {
      return new ReceivedView(delivery.at(), delivery.id(), delivery.sender(), delivery.note());
    }
  }

  /**
   * The fleet that a dispatcher reads.
   *
   * @param location a directory, or an address in Git
   * @param repository that a fleet in Git is in
   * @param commit the newest commit of a fleet in Git that was accepted
   */
  public record FleetView(String location, Optional<String> repository, Optional<String> commit) {

    static FleetView of(Heartbeat.Fleet fleet) {
      return new FleetView(
          fleet.location(),
          fleet.repository().map(RepositoryId::value),
          fleet.commit().map(CommitId::value));
    }
  }

  static PartView of(Heartbeat heartbeat, Instant seenAt, boolean silent) {
    return new PartView(
        word(heartbeat.part()),
        heartbeat.instance(),
        heartbeat.cluster().map(Object::toString),
        silent ? SILENT : word(heartbeat.state()),
        seenAt,
        heartbeat.conditions().stream().map(ConditionView::of).toList(),
        heartbeat.endpoints().orElse(List.of()).stream().map(EndpointView::of).toList(),
        heartbeat.fleet().map(FleetView::of));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
