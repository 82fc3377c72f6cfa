package dev.sluice.worker.health;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state of a pod's container.
 *
 * @param label what the container is, and its name
 */
record Container(String label, Observed status) {

  private static final String LAST_CODE = "/lastState/terminated/exitCode";

  static Stream<String> inputs(String parent) {
    return Stream.of(
            "name",
            "ready",
            "started",
            "restartCount",
            "state/running/startedAt",
            "state/waiting/reason",
            "state/waiting/message",
            "state/terminated/reason",
            "state/terminated/exitCode",
            "lastState/terminated/reason",
            "lastState/terminated/exitCode",
            "lastState/terminated/message")
        .map(field -> parent + field);
  }

  static List<Container> of(Observed pod, String pointer, String noun) {
    return pod.list(pointer).stream()
        .map(each -> new Container(noun + " " + each.text("/name"), each))
        .toList();
  }

  boolean isReady() {
    return status.flag("/ready");
  }

  /** Returns whether the containers after this one may start. */
  boolean isPassed() {
    return isReady() || status.flag("/started") || exitCode("/state") == 0;
  }

  /** Returns why the container cannot run, if it waits for a reason that is an error. */
  Optional<String> blocked() {
    String reason = status.text("/state/waiting/reason");
    if (reason.equals("CrashLoopBackOff")) {
      return Optional.of("%s: %s%s".formatted(label, reason, history()));
    }
    boolean isError =
        reason.startsWith("Err")
            || reason.endsWith("Error")
            || reason.endsWith("BackOff")
            || reason.startsWith("Invalid")
            || reason.endsWith("Failed");
    // the message of a failed hook has the output of its program
    String message = reason.endsWith("HookError") ? "" : status.text("/state/waiting/message");
    return isError
        ? Optional.of("%s: %s%s".formatted(label, reason, message.isEmpty() ? "" : ", " + message))
        : Optional.empty();
  }

  /** Returns how the container ended, if it has failed. */
  Optional<String> failed() {
    return exitCode("/state") > 0
        ? Optional.of("%s: %s%s".formatted(label, end("/state"), restarts()))
        : Optional.empty();
  }

  /** Returns how the container ended, if it has failed and is not ready again. */
  Optional<String> failedBefore() {
    if (isReady() || isPassed()) {
      return Optional.empty();
    }
    return exitCode("/lastState") > 0
        ? Optional.of("%s: not ready after %s%s".formatted(label, end("/lastState"), restarts()))
        : failed();
  }

  /** Returns what the container does while it is not ready. */
  String state() {
    String reason = status.text("/state/waiting/reason");
    if (!reason.isEmpty()) {
      return "%s: %s".formatted(label, reason);
    }
    if (status.has("/state/running")) {
      return "%s runs, and is not ready".formatted(label);
    }
    return exitCode("/state") >= 0 ? "%s has ended".formatted(label) : "%s waits".formatted(label);
  }

  private String history() {
    return status.has(LAST_CODE) ? ", " + end("/lastState") + restarts() : restarts();
  }

  private String end(String state) {
    String reason = status.text(state + "/terminated/reason");
    String code = "exit code %d".formatted(exitCode(state));
    if (reason.equals("StartError") || reason.equals("ContainerCannotRun")) {
      // nothing was started, so the message is the runtime's and not the program's
      return "%s, %s".formatted(reason, status.text(state + "/terminated/message"));
    }
    return reason.isEmpty() || reason.equals("Error") || reason.equals("Completed")
        ? code
        : "%s, %s".formatted(reason, code);
  }

  private String restarts() {
    long restarts = status.number("/restartCount");
    return restarts == 0 ? "" : ", " + Words.count(restarts, "restart");
  }

  private long exitCode(String state) {
    return status.number(state + "/terminated/exitCode", -1);
  }
}
