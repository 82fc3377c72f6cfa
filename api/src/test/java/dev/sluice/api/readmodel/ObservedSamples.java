package dev.sluice.api.readmodel;

import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.health.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Observations of deployments, as a worker reports them. */
public final class ObservedSamples {

  public static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");
  public static final FieldWriter KUBECTL =
      new FieldWriter("kubectl", "Update", Optional.of("scale"), Optional.of(SINCE));

  private ObservedSamples() {}

  public static ObservedEvent healthy(Subject subject) {
    return new ObservedEvent.Healthy(
        subject, new ObservedHealth(Health.HEALTHY, 3, List.of(), Optional.empty(), SINCE));
  }

  public static ObservedEvent progressing(Subject subject) {
    return new ObservedEvent.Progressing(
        subject,
        observed(
            new ObservedObject(
                deployment("web"), Health.PROGRESSING, "1 of 3 replicas is available", List.of())));
  }

  public static ObservedEvent degraded(Subject subject) {
    return new ObservedEvent.Degraded(
        subject,
        observed(
            new ObservedObject(
                deployment("web"),
                Health.DEGRADED,
                "the image shop/web:9 cannot be pulled",
                List.of("container web: ImagePullBackOff"))));
  }

  private static ObservedHealth observed(ObservedObject object) {
    return new ObservedHealth(object.health(), 3, List.of(object), Optional.empty(), SINCE);
  }

  /** Returns the drift of deployments whose replicas were changed by {@code kubectl scale}. */
  public static ObservedEvent.Drifted drifted(Subject subject, String... deployments) {
    return new ObservedEvent.Drifted(
        subject,
        Arrays.stream(deployments).map(ObservedSamples::scaled).toList(),
        Optional.empty(),
        true);
  }

  public static ObjectDrift scaled(String deployment) {
    return new ObjectDrift(
        deployment(deployment),
        ObjectDrift.Kind.CHANGED,
        List.of(new ObjectDifference.Field("spec.replicas", Optional.of("5"), Optional.of("3"))),
        List.of(KUBECTL),
        SINCE);
  }

  public static ObservedEvent.Healed healed(Subject subject, String... deployments) {
    return new ObservedEvent.Healed(
        subject,
        Arrays.stream(deployments)
            .map(name -> new ObjectChange(deployment(name), ObjectChange.Action.CONFIGURED))
            .toList(),
        Duration.ofMillis(41),
        Optional.empty());
  }

  public static ObservedEvent.Contended contended(Subject subject, String deployment) {
    return new ObservedEvent.Contended(
        subject,
        deployment(deployment),
        List.of(KUBECTL),
        5,
        Duration.ofMinutes(1),
        Duration.ofSeconds(30));
  }

  public static ObjectRef deployment(String name) {
    return new ObjectRef("apps/v1", "Deployment", "shop", name);
  }
}
