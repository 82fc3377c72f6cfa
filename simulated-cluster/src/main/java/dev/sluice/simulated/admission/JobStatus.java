package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;

/**
 * Validation of changes of a Job's status, which other controllers than the cluster's own may write
 * since Kubernetes 1.32 (KEP-4368). Most rules apply only if a field that they compare is changed.
 */
final class JobStatus {
  private static final String STATUS = "status";
  private static final String CONDITIONS = "status.conditions";
  private static final List<String> COUNTERS =
      List.of("active", "succeeded", "failed", "ready", "terminating");

  private final JsonNode live;
  private final JsonNode job;
  private final Problems problems;

  private JobStatus(JsonNode live, JsonNode job, Problems problems) {
    this.live = live;
    this.job = job;
    this.problems = problems;
  }

  static void check(JsonNode live, JsonNode job, Problems problems) {
    JobStatus status = new JobStatus(live, job, problems);
    status.counters();
    status.completed();
    status.finished();
    status.kept();
  }

  private void counters() {
    for (String field : COUNTERS) {
      if (count(job, field) < 0) {
        problems.invalid(
            "status." + field, count(job, field), "must be greater than or equal to 0");
      }
    }
    boolean changed = changed("ready") || changed("active");
    if (changed && count(job, "ready") > count(job, "active")) {
      problems.invalid(
          "status.ready", count(job, "ready"), "cannot set more ready pods than active");
    }
  }

  private void completed() {
    boolean changed = changed(JobStatus::isComplete);
    if (isComplete(job)) {
      if ((changed || changed(JobStatus::isFailed)) && isFailed(job)) {
        conditions("cannot set Complete=True and Failed=true conditions");
      }
      if ((changed || changed(JobStatus::isFailing)) && isFailing(job)) {
        conditions("cannot set Complete=True and FailureTarget=true conditions");
      }
    }
    JsonNode time = field(job, "completionTime");
    if (changed || changed("completionTime")) {
      if (!time.isMissingNode() && !isComplete(job)) {
        problems.invalid(
            "status.completionTime",
            time.asText(),
            "cannot set completionTime when there is no Complete=True condition");
      } else if (time.isMissingNode() && isComplete(job)) {
        problems.required("status.completionTime", "completionTime is required for Complete jobs");
      }
    }
    JsonNode start = field(job, "startTime");
    boolean timed = changed("startTime") || changed("completionTime");
    boolean known = !time.isMissingNode() && !start.isMissingNode();
    if (timed && known && time.asText().compareTo(start.asText()) < 0) {
      problems.invalid(
          "status.completionTime", time.asText(), "must be equal to or after `startTime`");
    }
    if (changed(JobStatus::isFailed) && isFailed(job) && !isFailing(job)) {
      conditions("cannot set Failed=True condition without the FailureTarget=true condition");
    }
    if ((changed || changed(JobStatus::isSuccessful)) && isComplete(job) && !isSuccessful(job)) {
      conditions(
          "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
    }
  }

  private void finished() {
    boolean changed = changed(JobStatus::isFinished);
    boolean finished = isFinished(job);
    if ((changed || changed("active")) && finished && count(job, "active") > 0) {
      problems.invalid(
          "status.active", count(job, "active"), "active>0 is invalid for finished job");
    }
    boolean started = !field(job, "startTime").isMissingNode();
    boolean isEmpty =
        job.at("/spec/suspend").asBoolean() && job.at("/spec/completions").asInt(1) == 0;
    if ((changed || changed("startTime")) && finished && !started && !isEmpty) {
      problems.required("status.startTime", "startTime is required for finished job");
    }
    if ((changed || changed("terminating")) && finished && count(job, "terminating") > 0) {
      problems.invalid(
          "status.terminating",
          count(job, "terminating"),
          "terminating>0 is invalid for finished job");
    }
    if (isSuccessful(job) && isFailed(job)) {
      conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions");
    }
    if (isSuccessful(job) && isFailing(job)) {
      conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
    }
  }

  /** Checks what a finished or running Job cannot lose. */
  private void kept() {
    for (String type : List.of("Failed", "Complete", "FailureTarget")) {
      if (has(live, type) && !has(job, type)) {
        conditions("cannot disable the terminal " + type + "=True condition");
      }
    }
    for (String field : List.of("failed", "succeeded")) {
      if (count(job, field) < count(live, field)) {
        problems.invalid(
            "status." + field, count(job, field), "cannot decrease the " + field + " counter");
      }
    }
    immutable("completionTime", "field is immutable");
    if (!job.at("/spec/suspend").asBoolean()) {
      immutable("startTime", "field is immutable for unsuspended job once set");
    }
    if (isSuccessful(live) && !isSuccessful(job)) {
      conditions("cannot disable the SuccessCriteriaMet=True condition");
    }
  }

  private void immutable(String field, String why) {
    boolean present = !field(live, field).isMissingNode() && !field(job, field).isMissingNode();
    if (present && changed(field)) {
      problems.invalid("status." + field, field(job, field).asText(), why);
    }
  }

  private void conditions(String why) {
    problems.invalid(CONDITIONS, why);
  }

  private boolean changed(String field) {
    return !field(live, field).equals(field(job, field));
  }

  private boolean changed(Predicate<JsonNode> state) {
    return state.test(live) != state.test(job);
  }

  private static JsonNode field(JsonNode job, String field) {
    return job.path(STATUS).path(field);
  }

  private static int count(JsonNode job, String field) {
    return field(job, field).asInt();
  }

  private static boolean isFinished(JsonNode job) {
    return isComplete(job) || isFailed(job);
  }

  private static boolean isComplete(JsonNode job) {
    return has(job, "Complete");
  }

  private static boolean isFailed(JsonNode job) {
    return has(job, "Failed");
  }

  private static boolean isFailing(JsonNode job) {
    return has(job, "FailureTarget");
  }

  private static boolean isSuccessful(JsonNode job) {
    return has(job, "SuccessCriteriaMet");
  }

  private static boolean has(JsonNode job, String type) {
    return field(job, "conditions")
        .valueStream()
        .anyMatch(
            condition ->
                condition.path("type").asText().equals(type)
                    && condition.path("status").asText().equals("True"));
  }
}
