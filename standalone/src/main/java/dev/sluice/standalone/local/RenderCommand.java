package dev.sluice.standalone.local;

import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.GeneratedValues;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.inputs.closure.ApplicationClosures;
import dev.sluice.inputs.closure.ApplicationClosures.SourceClosure;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.ConfigurationException.Problem;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.api.ApiSchemas;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.render.TargetRenderer;
import dev.sluice.worker.sandbox.RenderException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * {@code sluice render}: the objects of an application in a cluster, rendered from a checkout
 * alone, or the applications that an ApplicationSet generates. They go to standard output,
 * everything else to standard error.
 */
public final class RenderCommand {

  private static final Duration API_TIMEOUT = Duration.ofSeconds(30);

  private static final Setting<Optional<ApplicationName>> APPLICATION =
      Setting.of("application", "APP", "the application, with --cluster", ApplicationName::new)
          .optional();
  private static final Setting<Optional<ClusterName>> CLUSTER =
      Setting.of("cluster", "NAME", "the cluster to render for", ClusterName::new).optional();
  private static final Setting<Optional<String>> SET =
      Setting.text("set", "NAME", "list the applications that this ApplicationSet generates")
          .optional();
  private static final Setting<Boolean> JSON =
      Setting.of("output", "text|json", "output format, with --set", RenderCommand::isJson)
          .or("text");
  private static final Setting<Optional<String>> AT =
      Setting.text("at", "REVISION", "a commit, branch or tag (default: HEAD)").optional();
  private static final Setting<Optional<String>> KUBE_VERSION =
      Setting.text(
              "kube-version",
              "VERSION",
              "the Kubernetes version that charts see (default: helm's own)")
          .optional();
  private static final Setting<List<String>> API_VERSIONS =
      Setting.list(
          "api-versions",
          "GROUP/VERSION[/KIND]",
          "an additional API version that charts see",
          text -> text);

  private RenderCommand() {}

  public static Command command() {
    List<Setting<?>> settings = new ArrayList<>();
    settings.addAll(List.of(CLUSTER, SET, JSON, AT, FleetConfig.FLEET));
    settings.addAll(FleetConfig.ACCESS);
    settings.add(LocalSources.REPOSITORY);
    settings.addAll(
        List.of(
            LocalRemotes.CACHE,
            TrustedCertificates.SETTING,
            KUBE_VERSION,
            API_VERSIONS,
            WorkerConfig.INSTALLATION));
    settings.addAll(RenderConfig.SETTINGS);
    settings.addAll(ClusterAccess.SETTINGS);
    return new Command(
        "render",
        "Renders an application for a cluster from a checkout, and prints the objects. Connects to"
            + " the cluster, for its kinds and version, only if --kubeconfig or --context is"
            + " given. With --set, lists the applications that an ApplicationSet generates"
            + " instead.",
        settings,
        Optional.of(APPLICATION),
        RenderCommand::run);
  }

  private static boolean isJson(String text) {
    return switch (text) {
      case "text" -> false;
      case "json" -> true;
      default -> throw new IllegalArgumentException("expected text or json");
    };
  }

  private static int run(SettingValues values) throws InterruptedException, IOException {
    boolean isOfApplication =
        values.get(APPLICATION).isPresent() && values.get(CLUSTER).isPresent();
    boolean isOfSet = values.get(SET).isPresent();
    if (isOfSet == isOfApplication
        || (isOfSet && (values.get(APPLICATION).isPresent() || values.get(CLUSTER).isPresent()))) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  SET.option(), "give an application and --cluster, or --set without both")));
    }
    try (LocalSources checkouts = LocalSources.open(values, values.get(AT));
        LocalRemotes remotes = LocalRemotes.open(values)) {
      FleetReading fleet =
          LocalFleet.read(
              FleetConfig.FLEET, values, remotes, checkouts.generatorTrees(), System.err);
      return isOfSet
          ? preview(SetPreview.of(fleet, values.get(SET).get()), values.get(JSON))
          : render(
              fleet,
              values.get(APPLICATION).orElseThrow(),
              values.get(CLUSTER).orElseThrow(),
              checkouts,
              remotes,
              values);
    }
  }

  private static int preview(SetPreview preview, boolean isJson) throws IOException {
    if (isJson) {
      preview.printJson(System.out);
    } else {
      preview.printText(System.out, System.err);
    }
    return preview.complete() ? 0 : 1;
  }

  private static int render(
      FleetReading fleet,
      ApplicationName application,
      ClusterName cluster,
      LocalSources checkouts,
      LocalRemotes remotes,
      SettingValues values)
      throws InterruptedException {
    Definition definition = definition(fleet, application, cluster);
    Optional<FetchOutcome.Failed> missing =
        checkouts.download(definition.sources(), remotes.mirrors());
    if (missing.isPresent()) {
      return fail(missing.get().code(), missing.get().reason());
    }
    ApplicationClosures.Inputs inputs =
        new DefinitionResolver(remotes.resolver())
            .resolve(definition, checkouts::tree)
            .clusters()
            .get(cluster);
    return switch (inputs) {
      case ApplicationClosures.Inputs.Refused refused ->
          fail(refused.failure().code(), refused.failure().message());
      case ApplicationClosures.Inputs.Resolved resolved ->
          print(target(definition, resolved, checkouts, cluster), values);
    };
  }

  /** Returns the definition of the application in this cluster only. */
  private static Definition definition(
      FleetReading fleet, ApplicationName application, ClusterName cluster) {
    Definition definition =
        fleet.definitions().stream()
            .filter(one -> one.application().equals(application))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the fleet has no valid application '%s'; it has %s"
                            .formatted(
                                application,
                                fleet.definitions().stream()
                                    .map(Definition::application)
                                    .toList())));
    return definition.clusters().stream()
        .filter(one -> one.name().equals(cluster))
        .findFirst()
        .map(definition::in)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' does not go to the cluster '%s', but to %s"
                        .formatted(
                            application,
                            cluster,
                            definition.clusters().stream().map(ClusterTarget::name).toList())));
  }

  private static SyncEvent.Target target(
      Definition definition,
      ApplicationClosures.Inputs.Resolved inputs,
      LocalSources checkouts,
      ClusterName cluster) {
    List<SourceInputs> sources = new ArrayList<>();
    for (SourceClosure one : inputs.sources()) {
      CommitId commit = checkouts.commit(one.source());
      sources.add(
          new SourceInputs(
              one.source().repository(),
              one.source().ref(),
              commit,
              one.closure().path(),
              one.closure().type(),
              one.source().alias(),
              one.source().options(),
              one.load(),
              Optional.of(one.closure().bases()),
              Optional.empty()));
    }
    return new SyncEvent.Target(
        definition.application(),
        cluster,
        new Generation(1),
        definition.spec(),
        sources,
        false,
        "local",
        new Provenance(List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, "local", 1));
  }

  private static int print(SyncEvent.Target target, SettingValues values)
      throws InterruptedException {
    TargetRenderer renderer =
        new TargetRenderer(
            Renderers.onThisMachine(RenderConfig.from(values)),
            values.get(WorkerConfig.INSTALLATION));
    ClusterAccess access = ClusterAccess.from(values);
    try {
      if (access.isGiven()) {
        try (KubernetesClient client = access.connect(target.cluster())) {
          ClusterApi api = new ClusterApi(client, API_TIMEOUT);
          Discovery discovery = new Discovery(api);
          print(
              renderer.read(target, discovery::namespaced, new ApiSchemas(api), discovery),
              target.spec().policy());
        }
      } else {
        AssumedScopes scopes = new AssumedScopes();
        ClusterFacts facts =
            new ClusterFacts(
                values.get(KUBE_VERSION).orElse(""), new TreeSet<>(values.get(API_VERSIONS)));
        print(renderer.read(target, scopes, KnownFields.ANY, () -> facts), target.spec().policy());
        scopes
            .assumed()
            .forEach(
                kind ->
                    System.err.printf(
                        "sluice: %s is not one of Kubernetes' own kinds and was assumed to be"
                            + " namespaced; --context asks a cluster%n",
                        Visible.line(kind.toString())));
      }
      return 0;
    } catch (RenderException e) {
      return fail(e.failure().code(), e.failure().message());
    } catch (ManifestException e) {
      return fail(e.failure().code(), e.failure().message());
    }
  }

  private static void print(Desired desired, Policy policy) {
    System.err.printf("sluice: %d objects by %s%n", desired.manifests().size(), desired.renderer());
    for (Manifest manifest : desired.manifests()) {
      System.out.printf("---%n# %s%n", Visible.line(manifest.source()));
      System.out.print(Serialization.asYaml(manifest.content()).replaceFirst("^---\n", ""));
    }
    System.out.flush();
    for (Manifest manifest : desired.manifests()) {
      for (String instruction : manifest.instructionsWithoutEffect()) {
        System.err.printf(
            "sluice: %s: the annotation %s has no effect (see docs/directives.md)%n",
            Visible.line(manifest.source()), Visible.line(instruction));
      }
    }
    if (!desired.generated().isEmpty()) {
      System.err.printf(
          "sluice: %d fields have another value at each rendering; %s:%n",
          desired.generated().size(), effect(policy.ofGenerated()));
      desired
          .generated()
          .forEach(field -> System.err.printf("  %s%n", Visible.line(field.toString())));
    }
  }

  /** Returns what a worker does with values that differ at each rendering. */
  private static String effect(GeneratedValues policy) {
    return switch (policy) {
      case KEEP_LIVE -> "the worker keeps their live values (policy.generatedValues: keep-live)";
      case FAIL -> "the worker refuses them (policy.generatedValues: fail)";
      case ALLOW -> "the worker applies the new ones (policy.generatedValues: allow)";
    };
  }

  private static int fail(FailureCode code, String message) {
    System.err.printf("sluice: %s (%s)%n", Visible.block(message), code);
    return 1;
  }
}
