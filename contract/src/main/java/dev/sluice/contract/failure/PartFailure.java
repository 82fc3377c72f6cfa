package dev.sluice.contract.failure;

/** Conditions of the parts of an installation, as their heartbeats and the API report them. */
public enum PartFailure implements FailureCode {
  NOT_READY(
      "A part does not do all of its work.",
      "Do what the message says; it is also in the part's `/readyz` and log."),
  CLUSTER_UNREACHABLE(
      "The worker cannot reach the API of its cluster, so the state of the applications there is "
          + "unknown.",
      "Check the API server, the network between them and the worker's permissions."),
  WORKER_SILENT(
      "No worker of the cluster reports any longer, so the state of the applications there is "
          + "unknown.",
      "Start a worker for the cluster, or see the log of the one that runs."),
  KINDS_UNOBSERVED(
      "The worker may not list or watch some kinds, so the health and the drift of their objects "
          + "are unknown.",
      "Grant the worker's user the verbs list and watch for the kinds that the message names."),
  UNPROTECTED(
      "Applications have `policy.protect`, but the worker cannot install the protection of their "
          + "objects. They are applied and healed as always.",
      "Do what the message says: run the worker with `--protect`, grant it the rights of "
          + "`k8s/protection`, or upgrade the cluster to Kubernetes 1.30 or newer."),
  NO_LEADER(
      "No worker of the cluster leads, so nothing is applied there.",
      "See the log and `/readyz` of the cluster's workers."),
  DISPATCHER_SILENT(
      "No dispatcher reports any longer, so pushes are not evaluated and Git's head is unknown.",
      "Start a dispatcher, or see the log of the one that runs."),
  FLEET_UNREADABLE(
      "The directory or the Git repository of the fleet cannot be read, or has no documents there. "
          + "The last fleet stays in force.",
      "Correct `--fleet`, or make the directory, or the repository and its credentials, as"
          + " before."),
  FLEET_INVALID(
      "Documents of the fleet are invalid. The last valid definitions stay in force; with strict "
          + "validation, those of the whole revision.",
      "Correct the documents that the message names."),
  FLEET_REMOVAL_HELD(
      "A revision of the fleet would remove more applications than the guard allows, and is held.",
      "Correct the fleet, or approve the removal with the command that the message names."),
  TARGETS_UNARCHIVED(
      "Targets are not archived at the moment. Applications are not affected, and nothing is lost"
          + " as long as the topics have the records.",
      "Do what the message says, before the topics' compaction lag has passed: free disk space, or "
          + "make the directory or the bucket accessible."),
  DELIVERIES_REFUSED(
      "Webhook deliveries to an endpoint were refused in the last hour.",
      "Compare the secret at the forge with the endpoint's, and deliver again at the forge.");

  private final String meaning;
  private final String remedy;

  PartFailure(String meaning, String remedy) {
    this.meaning = meaning;
    this.remedy = remedy;
  }

  @Override
  public String value() {
    return FailureCode.pascalCase(name());
  }

  @Override
  public Explanation explanation() {
    return new Explanation(meaning, remedy);
  }

  @Override
  public String toString() {
    return value();
  }
}
