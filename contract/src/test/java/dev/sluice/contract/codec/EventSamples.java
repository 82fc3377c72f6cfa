package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.OtherManagers;
import dev.sluice.contract.event.OwnedFields;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ReviewVerdict;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.LfsAccess;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One event of every type, every field filled. */
public final class EventSamples {

  public static final RepositoryId REPOSITORY = new RepositoryId("git.example/acme/shop");
  public static final GitRef MAIN = GitRef.branch("main");
  public static final CommitId COMMIT = new CommitId("1".repeat(40));
  public static final ApplicationName WEB = new ApplicationName("web");
  public static final ClusterName STAGING = new ClusterName("staging");
  public static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static final EventId CAUSE = EventId.of("github", "72d3162e", 0);
  private static final Origin WEBHOOK =
      new Origin.Webhook("github", "72d3162e", Optional.of("octo"), NOON);
  private static final ObjectRef DEPLOYMENT = new ObjectRef("apps/v1", "Deployment", "web", "web");
  private static final ObjectChange CHANGE =
      new ObjectChange(
          DEPLOYMENT,
          ObjectChange.Action.CONFIGURED,
          Optional.of("5e0c8a1d-0b1f-4e57-9d3f-3f1f6d4d9c11"),
          Optional.of("1041"),
          Optional.of("1042"),
          Optional.of("0".repeat(64)),
          Optional.of(List.of("kubectl-edit")),
          Optional.empty());
  private static final Approval APPROVAL =
      new Approval("0".repeat(64), Generation.FIRST, Optional.of(COMMIT), "cat");
  private static final DeletionPlan DELETIONS =
      new DeletionPlan(
          "0".repeat(64),
          Generation.FIRST,
          Optional.of(COMMIT),
          List.of(
              new DeletionPlan.Deletion(
                  new ObjectRef("v1", "ConfigMap", "web", "old"),
                  "5d9f2b3c-0000-4000-8000-000000000000")),
          3,
          List.of(new ApplicationName("api")));
  private static final Failure FAILURE =
      new Failure(
          ApplyFailure.INVALID,
          "spec.replicas: not a number",
          Failure.Stage.APPLY,
          Optional.of(DEPLOYMENT));
  private static final Provenance PROVENANCE =
      new Provenance(List.of(CAUSE), Optional.of("octo"), NOON, NOON, "b1", 3);
  private static final Subject SUBJECT =
      new Subject(STAGING, WEB, Generation.FIRST, Optional.of(COMMIT), EventId.of("sync"));
  private static final FleetApproval FLEET_APPROVAL =
      new FleetApproval(EventId.of("command", "cat/1", "fleet"), "cat", "the shop moves");
  private static final DefinitionChange DEFINITION_CHANGE =
      new DefinitionChange(
          List.of(
              new DefinitionChange.FieldChange(
                  "clusters", Optional.of("[east]"), Optional.of("[east, west]")),
              new DefinitionChange.FieldChange(
                  "sources[0].type", Optional.empty(), Optional.of("helm")),
              new DefinitionChange.FieldChange(
                  "sources[0].alias", Optional.of("chart"), Optional.empty())),
          2,
          List.of(
              new DocumentOrigin.Committed(
                  "apps/web.yaml",
                  new CommitId("b".repeat(40)),
                  Optional.of("cat"),
                  Optional.of("Deploy web to west"),
                  NOON),
              new DocumentOrigin.Uncommitted(
                  "repositories.yaml", Optional.of("cat"), Optional.of(NOON)),
              new DocumentOrigin.Unversioned("clusters.yaml", Optional.empty(), Optional.empty())));
  private static final Definition DEFINITION =
      new Definition(
          WEB,
          List.of(
              new SourceSpec(
                  REPOSITORY,
                  "https://git.example/acme/shop.git",
                  Optional.of(new SecretReference("env:TOKEN")),
                  Optional.empty(),
                  Optional.of(
                      new HttpsAccess(
                          Optional.of(new SecretReference("file:/run/secrets/ca.pem")),
                          Optional.of(new SecretReference("file:/run/secrets/client.pem")),
                          Optional.of(new SecretReference("file:/run/secrets/client-key.pem")),
                          Optional.of("http://proxy.example:3128"),
                          Optional.of(new SecretReference("env:PROXY_LOGIN")),
                          Optional.of(
                              new GithubApp(
                                  "12345",
                                  Optional.of("678"),
                                  new SecretReference("file:/run/secrets/app.pem"),
                                  Optional.of("https://git.example/api/v3"))),
                          Optional.of(new LfsAccess(10 << 20)))),
                  Optional.of(
                      new Verification(
                          Verification.Mode.EVERY_COMMIT,
                          Optional.of(new SecretReference("file:/run/secrets/allowed_signers")),
                          Optional.of(new SecretReference("env:OPENPGP_KEYS")))),
                  Optional.of(new Artifact(Optional.of("web"))),
                  Optional.of(Duration.ofMinutes(5)),
                  MAIN,
                  "apps/web",
                  Optional.of(SourceType.KUSTOMIZE),
                  Optional.empty(),
                  RenderOptions.DEFAULT)),
          List.of(new ClusterTarget(STAGING, Map.of("env", "staging"))),
          new ApplicationSpec("web", Policy.DEFAULT),
          false);

  private static final Dependency DEPENDENCY =
      new Dependency(new ApplicationName("db"), Optional.of(STAGING), Dependency.Until.HEALTHY);
  private static final SendingRules SENDING =
      new SendingRules(
          Optional.of(true),
          Optional.of(
              List.of(
                  new MaintenanceWindow(
                      MaintenanceWindow.Kind.DENY,
                      CronSchedule.parse("0 22 * * 5"),
                      Duration.ofHours(8),
                      ZoneId.of("Europe/Berlin"),
                      Optional.of(List.of(STAGING)),
                      Optional.of("nobody is on call"),
                      Optional.of("shop")))));
  private static final Withheld WITHHELD =
      new Withheld(
          Withheld.Cause.DEPENDS_ON,
          "application db in cluster staging, which is Parked since 2026-01-01T12:00:00Z"
              + " (Forbidden)",
          NOON,
          Optional.of(COMMIT),
          Optional.of("v1:abc"),
          Optional.of(NOON),
          Optional.empty());
  private static final RemotePolicy REMOTE =
      new RemotePolicy(
          List.of(
              new RemotePolicy.Base(
                  new RepositoryId("git.example/acme/bases"),
                  "ssh://git@git.example/acme/bases.git",
                  Optional.empty(),
                  Optional.of(
                      new SshAccess(
                          Optional.of(new SecretReference("file:/run/secrets/key")),
                          Optional.of(new SecretReference("env:PASSPHRASE")),
                          Optional.of(new SecretReference("file:/run/secrets/known_hosts")))),
                  Optional.of(Forge.GITEA))),
          List.of(
              new RemotePolicy.Charts(
                  "https://charts.example/stable",
                  Optional.of(new SecretReference("file:/run/secrets/charts")))));

  private static final FieldWriter WRITER =
      new FieldWriter("kubectl", "Update", Optional.of("scale"), Optional.of(NOON));

  private EventSamples() {}

  private static ObservedHealth observed(Health health) {
    return new ObservedHealth(
        health,
        3,
        List.of(
            new ObservedObject(
                DEPLOYMENT, health, "1 of 2 replicas is available", List.of("an Event"))),
        Optional.of(4),
        NOON);
  }

  public static List<Event> all() {
    return List.of(
        new ChangeEvent.RefChanged(
            REPOSITORY,
            MAIN,
            Optional.of(COMMIT),
            Optional.of(COMMIT),
            WEBHOOK,
            CommitSummary.of(
                Optional.of("Add a page"),
                Optional.of("Octo Cat"),
                Optional.of("https://git.example/acme/shop/commit/" + COMMIT))),
        new ChangeEvent.MergeRecorded(
            REPOSITORY,
            MAIN,
            Optional.of(COMMIT),
            Optional.of("5b1f0c7de9a8"),
            Optional.of(COMMIT),
            7,
            "Add a page",
            Optional.of("octo"),
            Optional.of("cat"),
            Optional.of("https://git.example/acme/shop/pull/7"),
            new Origin.Poll(NOON),
            Optional.of("5b1f0c7de9a8")),
        new ChangeEvent.ReviewRecorded(
            REPOSITORY,
            7,
            ReviewVerdict.CHANGES_REQUESTED,
            Optional.of("dog"),
            Optional.of("5b1f0c7de9a8"),
            Optional.of("Add a page"),
            Optional.of("https://git.example/acme/shop/pull/7"),
            WEBHOOK),
        new ChangeEvent.RepositoryMoved(
            REPOSITORY, new RepositoryId("git.example/acme/store"), WEBHOOK),
        new ChangeEvent.DefaultBranchChanged(
            REPOSITORY, Optional.of(MAIN), GitRef.branch("trunk"), WEBHOOK),
        new ChangeEvent.DefinitionAccepted(
            REPOSITORY, DEFINITION, "r1", Set.of(new ClusterName("retired"))),
        new ChangeEvent.DefinitionAccepted(
            REPOSITORY,
            DEFINITION.withRemote(REMOTE),
            "r2",
            Set.of(),
            Optional.of(FLEET_APPROVAL),
            Optional.of(DEFINITION_CHANGE)),
        new ChangeEvent.DefinitionRemoved(REPOSITORY, WEB, "r1", Optional.of(FLEET_APPROVAL)),
        new ChangeEvent.DefinitionRemoved(
            REPOSITORY,
            WEB,
            "r1",
            Optional.empty(),
            Optional.of(DEFINITION_CHANGE),
            Optional.of(Set.of(new ClusterName("retired")))),
        new FleetApprovalEvent.Given("0".repeat(64), "cat", "the shop moves"),
        new FleetApprovalEvent.Answered(
            EventId.of("command", "cat/1", "fleet"),
            "0".repeat(64),
            "cat",
            "the shop moves",
            true,
            "1 application is taken out",
            Optional.of("r1"),
            Map.of(WEB, Set.of(STAGING))),
        new ChangeEvent.LedgerAhead(REPOSITORY, WEB, STAGING, Generation.FIRST, new Generation(7)),
        new ChangeEvent.DependencyReported(
            REPOSITORY,
            new ApplicationName("db"),
            STAGING,
            DependencyStanding.sent(new Generation(7))),
        new ChangeEvent.RefForwarded(
            REPOSITORY,
            CAUSE,
            new ChangeEvent.RefChanged(
                new RepositoryId("git.example/acme/values"),
                MAIN,
                Optional.empty(),
                Optional.of(COMMIT),
                WEBHOOK)),
        new ChangeEvent.RenameFound(
            new RepositoryId("git.example/acme/store"), REPOSITORY, new Origin.Poll(NOON)),
        new ChangeEvent.ReadersAccepted(
            REPOSITORY, Set.of(new RepositoryId("git.example/acme/charts")), "r1"),
        new AccessDenied(
            "POST",
            "/api/v1/commands",
            Optional.of("resync web"),
            "give a token that the API knows",
            Optional.of("192.0.2.7"),
            Optional.of("curl/8.9.1"),
            2),
        new CommandEvent.Given(
            REPOSITORY,
            WEB,
            Set.of(STAGING),
            new Command.Resync(),
            "cat",
            "it broke",
            Optional.of(
                new CommandEvent.Caller(
                    "operator", Optional.of("192.0.2.7"), Optional.of("sluice/1.2.0")))),
        new CommandEvent.Given(
            REPOSITORY, WEB, Set.of(STAGING), new Command.Restore(COMMIT), "cat", "it broke"),
        new CommandEvent.Given(
            REPOSITORY,
            WEB,
            Set.of(STAGING),
            new Command.Resend(Generation.FIRST, Optional.of(NOON)),
            "cat",
            "it broke"),
        new CommandEvent.Given(
            REPOSITORY,
            WEB,
            Set.of(),
            new Command.Approve(Generation.FIRST, Optional.of("0".repeat(64))),
            "cat",
            "checked"),
        new CommandEvent.Given(
            REPOSITORY, WEB, Set.of(), new Command.Rebuild(), "cat", "after the restore"),
        new CommandEvent.Given(
            REPOSITORY,
            WEB,
            Set.of(STAGING),
            new Command.Release(Optional.of(true)),
            "cat",
            "the outage is over"),
        new CommandEvent.Given(
            REPOSITORY,
            WEB,
            Set.of(STAGING),
            new Command.Resync(Optional.of(List.of(DeadLetterId.of(SUBJECT)))),
            "cat",
            "the quota was raised"),
        new CommandEvent.Answered(
            REPOSITORY,
            CAUSE,
            WEB,
            Set.of(STAGING),
            new Command.Resync(),
            "cat",
            "it broke",
            true,
            "the current inputs are sent as a new generation once Git was evaluated: [staging]",
            Optional.of(Set.of(STAGING)),
            Optional.empty(),
            Optional.of(COMMIT)),
        new CommandEvent.Outcome(
            REPOSITORY,
            CAUSE,
            WEB,
            STAGING,
            CommandEvent.Outcome.Result.SENT,
            Optional.of(Generation.FIRST),
            Optional.empty(),
            "generation 1 was sent"),
        new CommandEvent.Outcome(
            REPOSITORY,
            CAUSE,
            WEB,
            STAGING,
            CommandEvent.Outcome.Result.REFUSED,
            Optional.empty(),
            Optional.of(SourceFailure.MISSING_FILE),
            "nothing was sent: apps/web/kustomization.yaml names base.yaml, which is not there"),
        new SyncEvent.Target(
            WEB,
            STAGING,
            Generation.FIRST,
            DEFINITION.spec(),
            List.of(
                new SourceInputs(
                    REPOSITORY,
                    MAIN,
                    COMMIT,
                    "apps/web",
                    SourceType.KUSTOMIZE,
                    Optional.empty(),
                    RenderOptions.DEFAULT,
                    List.of(
                        new InputFile.Text("apps/web/a.yaml", false, "a: 1\n"),
                        new InputFile.Binary("apps/web/b.bin", true, "\u00ff".getBytes(UTF_8)),
                        new InputFile.Link("apps/web/c.yaml", "a.yaml")),
                    Optional.of(
                        List.of(
                            new BaseCommit(
                                new RepositoryId("git.example/acme/bases"), "v1.2", COMMIT))),
                    Optional.empty()),
                new SourceInputs(
                    REPOSITORY,
                    GitRef.semver(">=1.4 <2"),
                    COMMIT,
                    "apps/worker",
                    SourceType.PLAIN,
                    Optional.empty(),
                    RenderOptions.DEFAULT,
                    List.of(),
                    Optional.empty(),
                    Optional.of("v1.5.0"))),
            true,
            "v1:abc",
            PROVENANCE,
            Optional.of(APPROVAL)),
        new SyncEvent.Removal(WEB, STAGING, Generation.FIRST.next(), false, PROVENANCE),
        new SourcesEvent.Refused(
            WEB,
            STAGING,
            SourceFailure.MISSING_FILE,
            new PossibleObjects(
                "web", new TreeSet<>(List.of("configmap", "web")), false, true, false),
            PROVENANCE),
        new SourcesEvent.Accepted(WEB, STAGING),
        new SuspensionEvent(WEB, STAGING, true, "cat", "it broke"),
        new Heartbeat(
            Heartbeat.Part.WORKER,
            "worker-1",
            Optional.of(STAGING),
            NOON,
            Duration.ofSeconds(10),
            Heartbeat.State.STANDBY,
            List.of(
                new Heartbeat.Condition(
                    PartFailure.CLUSTER_UNREACHABLE,
                    "cannot reach the API of staging: connection refused",
                    NOON,
                    Heartbeat.Severity.FAULT,
                    Optional.of(List.of(WEB)))),
            Optional.empty(),
            Optional.empty()),
        new Heartbeat(
            Heartbeat.Part.RECEIVER,
            "receiver-1",
            Optional.empty(),
            NOON,
            Duration.ofSeconds(10),
            Heartbeat.State.RUNNING,
            List.of(),
            Optional.of(
                List.of(
                    new Heartbeat.Endpoint(
                        "github",
                        "github.com",
                        Optional.of(
                            new Heartbeat.Delivery(
                                NOON, Optional.of("d-1"), "192.0.2.7", Optional.of("ping"))),
                        Optional.empty()))),
            Optional.empty()),
        new Heartbeat(
            Heartbeat.Part.DISPATCHER,
            "dispatcher-1",
            Optional.empty(),
            NOON,
            Duration.ofSeconds(10),
            Heartbeat.State.RUNNING,
            List.of(),
            Optional.empty(),
            Optional.of(
                new Heartbeat.Fleet(
                    "git+https://github.com/acme/fleet@main",
                    Optional.of(new RepositoryId("github.com/acme/fleet")),
                    Optional.of(COMMIT),
                    Optional.of(
                        List.of(
                            new Heartbeat.ReadRef(
                                new RepositoryId("github.com/acme/shop"),
                                GitRef.branch("main"),
                                List.of("ApplicationSet web", "FleetInclude shop"))))))),
        new Checkpoint(
            "sluice.results", 0, 0, 12, 1, "AQ==", Optional.empty(), NOON, "2026", "c2lnbmF0dXJl"),
        new QuestionEvent.DiffAsked(WEB, STAGING, "cat", NOON),
        new DiffAnswered(
            STAGING,
            WEB,
            CAUSE,
            "cat",
            Optional.of(new Generation(3)),
            Optional.of(new Generation(2)),
            List.of(
                new ObjectDifference(
                    new ObjectRef("v1", "ConfigMap", "web", "web"),
                    ObjectDifference.Kind.CONFIGURED,
                    List.of(
                        new ObjectDifference.Field(
                            "data.key", Optional.of("\"one\""), Optional.of("\"two\""))),
                    Optional.of("a message"))),
            1,
            Optional.of(FAILURE),
            Optional.of(1),
            Optional.of(2),
            Optional.of(
                new OtherManagers(
                    List.of(
                        new OwnedFields(
                            new ObjectRef("v1", "ConfigMap", "web", "web"),
                            "kubectl-edit",
                            Optional.of(NOON),
                            OwnedFields.Effect.TAKEN_OVER,
                            List.of("data.key"),
                            1)),
                    1))),
        new QuestionEvent.ObjectsAsked(WEB, STAGING, "cat", NOON),
        new ObjectsAnswered(
            STAGING,
            WEB,
            CAUSE,
            "cat",
            Optional.of(new Generation(3)),
            List.of(
                new ObjectsAnswered.Node(
                    new ObjectRef("v1", "Pod", "web", "web-1"),
                    2,
                    Health.DEGRADED,
                    "the image cannot be pulled")),
            1,
            List.of("Job: forbidden"),
            Optional.of(FAILURE)),
        new ResultEvent.Dispatched(
            SUBJECT,
            Optional.of("v1:abc"),
            "apps/web/a.yaml",
            PROVENANCE,
            Optional.of(
                List.of(
                    new RefPosition(REPOSITORY, MAIN, 41),
                    new RefPosition(
                        REPOSITORY, GitRef.semver(">=1.4 <2"), 3, Optional.of("v1.5.0")))),
            Optional.of(Generation.FIRST)),
        new ResultEvent.Planned(SUBJECT, List.of(CHANGE), "kustomize v5", Optional.of(4)),
        new Waiting(
            SUBJECT,
            "Sync wave 2",
            List.of(
                new ObservedObject(
                    CHANGE.object(), Health.PROGRESSING, "1 of 3 replicas are ready", List.of())),
            Optional.of(4),
            NOON),
        new ResultEvent.Applied(
            SUBJECT,
            List.of(CHANGE),
            3,
            new ResultEvent.Timings(NOON, NOON, NOON, NOON),
            Optional.of("kustomize v5"),
            Optional.of(4),
            Optional.of(List.of(CHANGE.object())),
            Optional.of(List.of("Secret shop/db data.password"))),
        new ResultEvent.Unchanged(
            SUBJECT,
            3,
            Optional.of("helm v3"),
            Optional.of(List.of("Secret shop/db data.password"))),
        new ResultEvent.Superseded(SUBJECT, new Generation(2)),
        new ResultEvent.Retrying(SUBJECT, 2, Duration.ofSeconds(4), FAILURE),
        new ResultEvent.Parked(SUBJECT, FAILURE, "a new generation"),
        new ResultEvent.Parked(SUBJECT, FAILURE.awaiting(DELETIONS), "an approval"),
        new ResultEvent.Removed(SUBJECT, List.of(CHANGE), Optional.of(4)),
        new ResultEvent.Fenced(SUBJECT, new Generation(9)),
        new ResultEvent.Held(STAGING, WEB, WITHHELD),
        new ResultEvent.Swept(STAGING, WEB, List.of(CHANGE), Optional.of(4)),
        new ResultEvent.WorkerHello(
            STAGING,
            "worker-0",
            Map.of(WEB, new ResultEvent.LedgerSummary(3, "DONE", "v1:abc")),
            Optional.of("bubblewrap")),
        new ObservedEvent.Progressing(SUBJECT, observed(Health.PROGRESSING)),
        new ObservedEvent.Healthy(
            SUBJECT, new ObservedHealth(Health.HEALTHY, 3, List.of(), Optional.empty(), NOON)),
        new ObservedEvent.Degraded(SUBJECT, observed(Health.DEGRADED)),
        new ObservedEvent.Drifted(
            SUBJECT,
            List.of(
                new ObjectDrift(
                    DEPLOYMENT,
                    ObjectDrift.Kind.CHANGED,
                    List.of(
                        new ObjectDifference.Field(
                            "spec.replicas", Optional.of("5"), Optional.of("3"))),
                    List.of(WRITER),
                    NOON)),
            Optional.of(4),
            true),
        new ObservedEvent.DriftEnded(SUBJECT),
        new ObservedEvent.Healed(SUBJECT, List.of(CHANGE), Duration.ofMillis(41), Optional.of(4)),
        new ObservedEvent.Contended(
            SUBJECT, DEPLOYMENT, List.of(WRITER), 5, Duration.ofMinutes(1), Duration.ofSeconds(30)),
        new DeadLetterEvent.Opened(
            new DeadLetterId("staging/web/1"),
            "staging/web",
            Optional.of(SUBJECT),
            FAILURE,
            1,
            new OriginalRecord(
                "sluice.sync.staging",
                0,
                12,
                Optional.of(new byte[] {1}),
                Optional.of("web"),
                Optional.of(
                    List.of(new OriginalRecord.RecordHeader("ce_id", Optional.of(new byte[] {2})))),
                Optional.of(NOON)),
            Optional.of(NOON)),
        new DeadLetterEvent.Retried(new DeadLetterId("staging/web/1"), "staging/web", 2, FAILURE),
        new DeadLetterEvent.Closed(
            new DeadLetterId("staging/web/1"),
            "staging/web",
            DeadLetterEvent.Closed.Reason.SUCCEEDED,
            2),
        DeadLetterEvent.Closed.discarded(
            new DeadLetterId("sluice.changes/0/17"),
            "sluice.changes/0/17",
            Optional.empty(),
            "jo",
            "the producer was corrected",
            Optional.of(CAUSE)),
        new StateRecord.RefState(
                REPOSITORY,
                MAIN,
                Optional.of(COMMIT),
                Optional.of(
                    new StateRecord.Pending(
                        Optional.of(COMMIT),
                        List.of(CAUSE),
                        Optional.of("octo"),
                        NOON,
                        TraceParent.parse(
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                        Optional.of(12L))))
            .withMore(41),
        new StateRecord.RefState(
                REPOSITORY, GitRef.semver(">=1.4 <2"), Optional.empty(), Optional.empty())
            .at(Optional.of(COMMIT), Optional.of("v1.5.0"), Optional.empty(), Optional.empty()),
        new StateRecord.RepositoryState(
            REPOSITORY, Set.of(new RepositoryId("git.example/acme/charts"))),
        new ApplicationState(
            WEB,
            Optional.of(DEFINITION.withDependencies(List.of(DEPENDENCY)).withSending(SENDING)),
            "r1",
            Map.of(
                STAGING,
                new StateRecord.Dispatched(
                    Generation.FIRST,
                    Optional.of("v1:abc"),
                    Optional.of(COMMIT),
                    Optional.of(NOON),
                    Optional.of(
                        List.of(
                            new StateRecord.SourceCommit(
                                new RepositoryId("git.example/acme/values"), MAIN, COMMIT))))),
            Map.of(STAGING, 1),
            Map.of(
                STAGING,
                new StateRecord.Hold(
                    Optional.of(COMMIT), "cat", "it broke", NOON, Optional.of(Generation.FIRST))),
            Map.of(
                STAGING,
                new StateRecord.Demand(
                    CAUSE, true, "cat", Optional.of(APPROVAL), Optional.of(CAUSE))),
            Optional.of(new RepositoryId("forge.example/acme/first")),
            Optional.of(List.of(CAUSE)),
            Optional.of(Map.of(STAGING, "0a1b")),
            Optional.of(Map.of(STAGING, List.of(CAUSE))),
            Optional.of(
                Map.of(
                    STAGING,
                    WITHHELD.released(
                        Optional.of(
                            new Withheld.Release(
                                CAUSE,
                                "cat",
                                List.of(Withheld.Cause.DEPENDS_ON, Withheld.Cause.WINDOW),
                                Optional.of("v1:abc"),
                                List.of(CAUSE))))))),
        new StateRecord.DependencyState(
            REPOSITORY,
            new ApplicationName("db"),
            STAGING,
            DependencyStanding.sent(new Generation(7))),
        new Heartbeat.LedgerReport(
            STAGING,
            WEB,
            Optional.of(
                new Heartbeat.Settled(
                    new Generation(3),
                    Optional.of(COMMIT),
                    false,
                    NOON,
                    Optional.of("plain"),
                    Optional.of(
                        new ObservedHealth(Health.HEALTHY, 2, List.of(), Optional.empty(), NOON)),
                    Optional.of(true))),
            Optional.of(
                new Heartbeat.Parked(new Generation(4), Optional.of(COMMIT), NOON, FAILURE))));
  }
}
