package dev.sluice.contract.failure;

/** Failures of applying and pruning, of the ledger, and of the worker itself. */
public enum ApplyFailure implements FailureCode {
  UNREACHABLE(
      "The API server does not answer. Retried automatically.",
      "Check the API server and the network."),
  UNAUTHORIZED(
      "The API server does not accept the worker's credentials (401). Retried " + "automatically.",
      "Renew the worker's credentials."),
  FORBIDDEN(
      "The worker, or the service account of the application, is not allowed to do this (403). "
          + "Retried once the permissions may have changed.",
      "Grant the permission that the message names."),
  PROTECTED(
      "The protection of an application (`policy.protect`) refuses a write by the worker or by the "
          + "service account, which the API server does not know as a writer yet. Retried "
          + "automatically.",
      "Usually none. If it persists, see whether another installation of Sluice owns the object,"
          + " and whether the worker's log has a reason why the protection cannot be updated."),
  SERVICE_ACCOUNT_REQUIRED(
      "The application names no service account, and the worker runs with "
          + "`--require-service-account`.",
      "Set `policy.serviceAccount`."),
  QUOTA_EXCEEDED(
      "The namespace's quota is exceeded. Retried when there may be room.",
      "Raise the quota, or lower the requests."),
  MISSING_NAMESPACE(
      "The object's namespace does not exist. Retried once it exists.",
      "Create the namespace, set `policy.createNamespace`, or add its manifest to an application."),
  NAMESPACE_TERMINATING(
      "The object's namespace is being deleted. Retried automatically.",
      "Wait for the deletion, or find the finalizer that holds it."),
  MISSING_KIND(
      "The cluster does not serve the kind. Retried once it does.",
      "Install its CustomResourceDefinition."),
  API_GROUP_UNAVAILABLE(
      "The server of an aggregated API does not answer. Applications without kinds of this API are "
          + "not affected. Retried automatically.",
      "Run `kubectl get apiservices`; repair the APIService that the message names, or delete it."),
  WEBHOOK_UNAVAILABLE(
      "A webhook that the API server has to ask about the object, for its admission or its "
          + "conversion to another version, does not answer. Objects that do not need it are "
          + "applied, and the object is retried automatically.",
      "Look at the webhook that the message names, and at the Pods of its Service."),
  BAD_REQUEST("The API server cannot read the object (400).", "Correct the manifest."),
  INVALID(
      "The API server's validation refuses the object (422).",
      "Correct the fields that the message names."),
  IMMUTABLE_FIELD(
      "The object has a changed field that cannot be changed.",
      "Revert the field, or delete the object; the worker creates it again. The annotation "
          + "`sluice.dev/replace: enabled` lets the worker delete it."),
  FIELD_CONFLICT(
      "Another field manager owns a field with another value. Retried once it releases "
          + "the field.",
      "Remove the field from the manifest, or set `policy.force`."),
  CONFLICT(
      "The object changed during every attempt. Retried automatically.",
      "Find the controller that writes it so often."),
  OWNED_BY_ANOTHER(
      "The object belongs to another application, another installation of Sluice, Argo CD, Flux or "
          + "Helm; or it exists already, and `policy.adopt` is `never`.",
      "Remove it from one of the two. An object of another application can be shared by "
          + "`policy.sharedObjects` of both; others are taken over with `policy.adopt: force`."),
  SHARED_OBJECT_DIFFERS(
      "Applications that share an object declare it differently. Retried once the other one "
          + "changes.",
      "Declare it in the same way in both, or remove it from one."),
  TERMINATING(
      "The object is being deleted and a finalizer holds it. Retried automatically.",
      "Check the finalizer's controller."),
  OBJECT_REPLACED(
      "The object is no longer the one whose deletion was approved. Retried " + "automatically.",
      "Approve the deletion again if the object is to go."),
  HOOK_RUNNING(
      "A hook has not finished in the time that `policy.timeout` allows, or was deleted before "
          + "its end was seen. Retried automatically.",
      "Look at the hook's logs; raise `policy.timeout` if it needs longer."),
  HOOK_FAILED(
      "A hook has failed; nothing after it was done.",
      "Look at the last lines of its log in the message; correct it in Git, or run the "
          + "hooks again with `sluice sync`."),
  WAVE_NOT_HEALTHY(
      "The objects of a wave did not become healthy in the time that `policy.timeout` allows, so "
          + "the next wave has not begun. Retried by the slow timer.",
      "Look at the objects that the message names; raise `policy.timeout` if they need longer."),
  NOT_ESTABLISHED(
      "A namespace or CustomResourceDefinition is not ready yet. Retried automatically.",
      "Look at its status conditions."),
  PRUNE_PROTECTED(
      "The generation would delete an object of a protected kind.",
      "Approve the generation, or put the manifest back."),
  PRUNE_LIMIT(
      "The generation would delete more of the application than `pruneLimitPercent` " + "allows.",
      "Approve the generation, put the manifests back, or raise the limit."),
  CLAIMS_UNKNOWN(
      "Objects to be deleted are kept, since another application without a plan may "
          + "claim them.",
      "Fix the application that the message names, or approve the deletion."),
  COMMIT_INCOMPLETE(
      "Objects to be deleted are kept until all targets of the commit have arrived.",
      "Wait for the commit's other targets, or approve the deletion."),
  CLAIMS_CHANGED(
      "Another application may have claimed an object just now. Retried automatically.",
      "Nothing."),
  SUPERSEDED("A newer generation replaced this one.", "Nothing; look at the newer generation."),
  NOTHING_SENT(
      "No target of the application has been sent to the cluster.",
      "Push a commit, or run `sluice sync`."),
  LEDGER_UNREADABLE(
      "The application's ledger in the cluster is damaged.",
      "Follow the message: restore or delete the ConfigMap."),
  LEDGER_FOREIGN(
      "The application's ledger carries the labels of another installation or " + "application.",
      "Follow the message."),
  LEDGER_FORGED(
      "The application's ledger is not signed by this installation's key.",
      "Follow the message: trust or delete the ConfigMap."),
  LEDGER_KEY_UNUSABLE(
      "The worker has no usable key to verify ledgers with.", "Restore the key's Secret."),
  LEDGER_TOO_LARGE(
      "The application's objects, with those that they replace, are more than its ledger can "
          + "name.",
      "Split the application, or replace its objects in several steps."),
  LEDGER_CONTENDED(
      "The ledger changed before every write. Retried automatically.",
      "Check whether two workers lead the same cluster."),
  LEDGER_MOVED(
      "Another writer changed or deleted the ledger. Retried automatically.",
      "Check whether two workers lead the same cluster."),
  BROKER_UNAVAILABLE(
      "The worker cannot write its results to Kafka. Retried automatically.", "Check the broker."),
  WORKER_ENDED(
      "The worker's process ended repeatedly during this generation. Retried less " + "often.",
      "Look at the worker's log and memory."),
  INTERNAL(
      "The worker failed unexpectedly. Retried automatically.",
      "Look at the worker's log, and report a bug of Sluice."),
  DAMAGED(
      "A record could not be decoded or handled. The dead letter holds it as it was.",
      "Find its writer; discard or retry the dead letter.");

  private final String meaning;
  private final String remedy;

  ApplyFailure(String meaning, String remedy) {
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
