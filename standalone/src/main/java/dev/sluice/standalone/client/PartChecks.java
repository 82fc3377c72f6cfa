package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.output.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Checks of doctor about the parts of the installation, according to their reports. */
final class PartChecks {

  private final List<JsonNode> parts = new ArrayList<>();

  private final Times times;

  PartChecks(JsonNode status, Times times) {
    this.times = times;
    status.path("parts").forEach(parts::add);
  }

  /** A problem that was found. */
  record Problem(DoctorVerb.Result result, String detail) {}

  /** Returns what is wrong with parts of this kind that belong to no cluster; empty if nothing. */
  Optional<Problem> of(String kind) {
    return problem(kind, part -> part.get("part").asText().equals(kind));
  }

  /** Returns what is wrong with the workers of a cluster; empty if nothing, or if none reports. */
  Optional<Problem> ofCluster(String cluster) {
    Predicate<JsonNode> works = part -> part.path("cluster").asText("").equals(cluster);
    if (parts.stream().noneMatch(works)) {
      return Optional.empty(); // workers of earlier versions do not report
    }
    Optional<Problem> found = problem("worker of " + cluster, works);
    boolean isLed =
        parts.stream().filter(works).anyMatch(part -> part.get("state").asText().equals("leading"));
    return isLed || found.filter(one -> one.result() == DoctorVerb.Result.wrong).isPresent()
        ? found
        : Optional.of(
            new Problem(
                DoctorVerb.Result.wrong,
                "no worker leads: see the log and /readyz of the cluster's workers"));
  }

  /** Returns the number of running parts of a kind. */
  long running(String kind) {
    return parts.stream()
        .filter(part -> part.get("part").asText().equals(kind))
        .filter(PartChecks::runs)
        .count();
  }

  private Optional<Problem> problem(String kind, Predicate<JsonNode> condition) {
    List<JsonNode> found = parts.stream().filter(condition).toList();
    if (found.isEmpty()) {
      return Optional.of(
          new Problem(
              DoctorVerb.Result.warning,
              "no %s has ever reported: start one, or upgrade the one that runs".formatted(kind)));
    }
    List<String> gone = found.stream().filter(part -> !runs(part)).map(this::gone).toList();
    if (gone.size() == found.size()) {
      return Optional.of(
          new Problem(
              DoctorVerb.Result.wrong,
              "no %s runs: %s; start one, or see its log"
                  .formatted(kind, String.join(", ", gone))));
    }
    List<String> faults =
        found.stream().filter(PartChecks::runs).flatMap(part -> messages(part, "fault")).toList();
    List<String> warnings =
        Stream.concat(
                gone.stream(),
                found.stream().filter(PartChecks::runs).flatMap(part -> messages(part, "warning")))
            .toList();
    List<String> all = Stream.concat(faults.stream(), warnings.stream()).distinct().toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                faults.isEmpty() ? DoctorVerb.Result.warning : DoctorVerb.Result.wrong,
                String.join("; ", all)));
  }

  /** Returns whether a part reports that it runs. */
  static boolean runs(JsonNode part) {
    String state = part.get("state").asText();
    return !state.equals("silent") && !state.equals("stopped");
  }

  private String gone(JsonNode part) {
    return "%s %s, last seen %s"
        .formatted(
            part.get("instance").asText(),
            part.get("state").asText().equals("stopped") ? "is stopped" : "has not reported",
            times.ago(part.get("lastSeenAt")));
  }

  private static Stream<String> messages(JsonNode part, String severity) {
    return part.get("conditions")
        .valueStream()
        .filter(condition -> condition.get("severity").asText().equals(severity))
        .map(condition -> condition.get("message").asText());
  }
}
