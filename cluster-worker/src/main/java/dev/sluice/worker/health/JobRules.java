package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;
import static dev.sluice.worker.health.ObjectHealth.suspended;

import dev.sluice.contract.name.GroupKind;
import java.util.Map;
import java.util.Optional;

/** Health of Jobs, which are healthy once they are complete, and of CronJobs. */
final class JobRules {

  static final Map<GroupKind, KindRule> RULES =
      Map.of(
          GroupKind.parse("Job.batch"),
          KindRule.withConditions(
              JobRules::job,
              "spec/completions",
              "spec/parallelism",
              "spec/suspend",
              "status/active",
              "status/failed",
              "status/succeeded"),
          GroupKind.parse("CronJob.batch"),
          KindRule.withConditions(
              JobRules::cronJob,
              "spec/suspend",
              "status/active/*/name",
              "status/lastScheduleTime",
              "status/lastSuccessfulTime"));

  private JobRules() {}

  private static ObjectHealth job(Observed object) {
    long succeeded = object.number("/status/succeeded");
    long wanted = object.number("/spec/completions", object.number("/spec/parallelism", 1));
    if (object.hasTrue("Complete")) {
      return healthy("is complete: %s succeeded", Words.count(succeeded, "pod"));
    }
    Optional<Condition> failure =
        object.conditions().stream()
            .filter(each -> each.type().equals("Failed") || each.type().equals("FailureTarget"))
            .filter(Condition::isTrue)
            .findFirst();
    if (failure.isPresent()) {
      return degraded("has failed: %s", failure.get().words());
    }
    String done = "%d of %s succeeded".formatted(succeeded, Words.count(wanted, "pod"));
    long failed = object.number("/status/failed");
    String progress =
        "%s, %d active%s"
            .formatted(
                done,
                object.number("/status/active"),
                failed == 0 ? "" : ", %d failed".formatted(failed));
    return object.flag("/spec/suspend") || object.hasTrue("Suspended")
        ? suspended("is suspended; %s", done)
        : progressing("%s", progress);
  }

  private static ObjectHealth cronJob(Observed object) {
    String scheduled = object.text("/status/lastScheduleTime");
    String succeeded = object.text("/status/lastSuccessfulTime");
    int active = object.list("/status/active").size();
    if (object.flag("/spec/suspend")) {
      return suspended("is suspended");
    }
    if (active > 0) {
      return healthy("%s active", Words.count(active, "Job") + (active == 1 ? " is" : " are"));
    }
    if (scheduled.isEmpty()) {
      return healthy("has not been due yet");
    }
    if (succeeded.isEmpty()) {
      return healthy("was due at %s, and no Job has succeeded yet", scheduled);
    }
    // both are times of UTC in one format, which sort as texts
    return succeeded.compareTo(scheduled) < 0
        ? degraded(
            "the Job of %s has not succeeded; the last one that did ended at %s",
            scheduled, succeeded)
        : healthy("its last Job has succeeded at %s", succeeded);
  }
}
