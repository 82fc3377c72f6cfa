package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.health.Health;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import dev.sluice.standalone.process.OneProcess;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Faults between a worker and its API server: drift is healed during them or after them, and each
 * ends with a check of the guarantees.
 */
@Tag("kubernetes")
@Timeout(300)
class WatchFaultsIT {

  private static final int CUTS = 8;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
      """;

  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.%1$s}
      spec:
        group: %1$s
        scope: Namespaced
        names: {kind: Widget, plural: widgets}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
      """;

  private static final String RIGHTS =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: "%1$s"}
      rules: %2$s
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: "%1$s"}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "%1$s"}
      subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "%1$s"}]
      """;

  private static final String ALL_RIGHTS =
      "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']},"
          + " {nonResourceURLs: ['*'], verbs: [get]}]";

  private static final String ALL_BUT_SERVICES =
      "[{apiGroups: ['', coordination.k8s.io, apiextensions.k8s.io], verbs: ['*'], resources:"
          + " [namespaces, configmaps, secrets, events, leases, customresourcedefinitions]},"
          + " {apiGroups: [''], resources: [services], verbs: [get, create, patch, delete]},"
          + " {nonResourceURLs: ['*'], verbs: [get]}]";

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path directory;
  private Scenario scenario;
  private TcpProxy proxy;
  private @Nullable OneProcess sluice;
  private FaultInjector.@Nullable Registration withdrawn;

  @BeforeEach
  void open() throws Exception {
    scenario = Scenario.in(directory, STAGING);
    scenario.fixture(STAGING).assumeJsonOfBuiltInKinds();
    proxy = TcpProxy.before(scenario.client(STAGING).getMasterUrl().getPort());
    scenario.fleet().application("shop", "shop", scenario.namespace(), STAGING);
    scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
    var unused =
        scenario.commit(
            Map.of(
                "shop/settings.yaml", configMap("settings", "git"),
                "shop/more.yaml", configMap("more", "git"),
                "web/service.yaml", SERVICE));
  }

  @AfterEach
  void close() throws Exception {
    if (sluice != null) {
      sluice.close();
    }
    if (proxy != null) {
      proxy.close();
    }
    scenario.close();
  }

  @Test
  void aWatchThatIsCutAgainAndAgainMissesNothing() throws Exception {
    for (int i = 0; i < CUTS; i++) {
      var unused = scenario.commit(Map.of("shop/%d.yaml".formatted(i), configMap("c" + i, "git")));
    }
    start(scenario.through(proxy));

    for (int i = 0; i < CUTS; i++) {
      proxy.restore();
      edit("c" + i);
      proxy.restore();
      awaitHealed("c" + i);
    }

    scenario.verify();
  }

  @Test
  void aSlowConnectionDelaysHealsOnly() throws Exception {
    start(scenario.through(proxy));

    proxy.slow();
    edit("settings");
    editService();

    awaitHealed("settings");
    awaitServiceHealed();
    scenario.verify();
  }

  /** A silent server takes requests and never answers. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatHappensWhileTheApiServerIsGoneIsFoundWhenItIsBack(boolean isSilent) throws Exception {
    start(scenario.through(proxy));
    if (isSilent) {
      proxy.stall();
    } else {
      proxy.cut();
    }
    edit("settings");
    editService();
    scenario.client(STAGING).configMaps().inNamespace(namespace()).withName("more").delete();
    awaitMetric("sluice_worker_leading", 0);

    proxy.restore();

    awaitHealed("settings");
    awaitHealed("more");
    awaitServiceHealed();
    scenario.verify();
  }

  /** Each list succeeds, and each watch is told at once that its version is too old. */
  @Test
  void aStormOfExpiredWatchesListsAtGrowingIntervals() throws Exception {
    FaultInjector faults = faults();
    start(scenario.through(proxy));
    AtomicInteger watches = new AtomicInteger();
    FaultInjector.Registration storm =
        faults.inject(
            request -> request.isWatch() && watches.incrementAndGet() > 0,
            new Fault.Answer(
                "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,"
                    + "\"reason\":\"Expired\",\"message\":\"too old resource version\"}}\n"));
    proxy.restore();
    patiently().until(() -> watches.get() >= 20);

    edit("settings");
    editService();
    awaitHealed("settings");
    awaitServiceHealed();
    assertThat(watches).as("requests of five watches").hasValueLessThan(100);

    storm.close();
    awaitMetric("sluice_worker_unwatched_kinds", 0);
    edit("settings");
    awaitHealed("settings");
    scenario.verify();
  }

  @Test
  void aKindWithoutTheWatchVerbIsReadAtIntervals() throws Exception {
    faults()
        .inject(
            request -> request.isWatch() && request.path().equals("/api/v1/services"),
            new Fault.Fail(405, "MethodNotAllowed", "the server does not allow this method"));
    start(scenario.fixture(STAGING).newClient());
    awaitMetric("sluice_worker_unwatched_kinds", 1);

    editService();
    edit("settings");

    awaitHealed("settings");
    awaitServiceHealed();
    scenario.verify();
  }

  @Test
  void aDefinitionThatIsRemovedIsMissedAndItsObjectsComeBackWithIt() throws Exception {
    String group = "faults-%s.example.org".formatted(namespace());
    define(group);
    scenario.fleet().application("widgets", "widgets", namespace(), STAGING);
    var unused =
        scenario.commit(
            Map.of(
                "widgets/widget.yaml",
                """
                apiVersion: %s/v1
                kind: Widget
                metadata: {name: w}
                spec: {size: 1}
                """
                    .formatted(group)));
    start(scenario.fixture(STAGING).newClient());
    awaitHealth("widgets", Health.HEALTHY);

    definition(group).delete();

    awaitHealth("widgets", Health.MISSING);
    assertThat(drifts("widgets"))
        .extracting(ObjectDrift::kind)
        .containsExactly(ObjectDrift.Kind.DELETED);
    edit("settings");
    awaitHealed("settings");

    define(group);
    awaitHealth("widgets", Health.HEALTHY);
    awaitMetric("sluice_worker_unwatched_kinds", 0);
    patch(widget(group), "{\"spec\": {\"size\": 5}}");
    patiently().until(() -> widget(group).get().<Integer>get("spec", "size") == 1);
    scenario.verify();
  }

  @Test
  void aKindWithoutRightsIsUnknownUntilTheyAreGivenBack() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> warnings = new ListAppender<>();
    warnings.start();
    root.addAppender(warnings);
    try {
      kindWithoutRights();
    } finally {
      root.detachAppender(warnings);
    }

    assertThat(List.copyOf(warnings.list))
        .filteredOn(event -> event.getLevel() == Level.WARN)
        .extracting(event -> event.getFormattedMessage() + event.getKeyValuePairs())
        .filteredOn(line -> line.contains("v1|Service") && line.contains("403"))
        .as("said once each time that the rights are taken away")
        .hasSize(2);
  }

  private void kindWithoutRights() throws Exception {
    grant(ALL_RIGHTS);
    start(asUser());

    withdrawRights();
    proxy.restore();
    awaitHealth("web", Health.UNKNOWN);
    assertThat(health("web").orElseThrow().unhealthy().getFirst().reason())
        .contains("may not list and watch Service");
    awaitUnobserved("the worker may not list and watch Service in v1");
    edit("settings");
    awaitHealed("settings");
    grant(ALL_RIGHTS);
    awaitHealth("web", Health.HEALTHY);
    awaitUnobserved();

    withdrawRights();
    proxy.restore();
    awaitHealth("web", Health.UNKNOWN);
    editService();
    grant(ALL_RIGHTS);
    awaitServiceHealed();
    awaitHealth("web", Health.HEALTHY);
    scenario.verify();
  }

  /** Waits for a heartbeat of the worker with these conditions about kinds. */
  private void awaitUnobserved(String... messages) {
    patiently()
        .until(
            () ->
                scenario.read(scenario.kafka().topics().heartbeats(), Heartbeat.class).stream()
                    .filter(each -> each.part() == Heartbeat.Part.WORKER)
                    .reduce((_, last) -> last)
                    .map(
                        last ->
                            last.conditions().stream()
                                .filter(each -> each.code().equals(PartFailure.KINDS_UNOBSERVED))
                                .map(Heartbeat.Condition::message)
                                .toList())
                    .equals(Optional.of(List.of(messages))));
  }

  private void start(KubernetesClient client) throws Exception {
    sluice = scenario.start(client);
    awaitHealth("shop", Health.HEALTHY);
    awaitHealth("web", Health.HEALTHY);
  }

  private String namespace() {
    return scenario.namespace();
  }

  private FaultInjector faults() {
    assumeTrue(scenario.fixture(STAGING).isSimulated(), "needs faults");
    return scenario.fixture(STAGING).simulatedCluster().faults();
  }

  private void edit(String configMap) {
    scenario.configMaps().edit(configMap, "edited");
  }

  private void awaitHealed(String configMap) {
    scenario.configMaps().awaitValue(configMap, "git");
  }

  private void editService() {
    patch(service(), "{\"spec\": {\"selector\": {\"app\": \"edited\"}}}");
  }

  private void awaitServiceHealed() {
    patiently().until(() -> "web".equals(service().get().get("spec", "selector", "app")));
  }

  private Resource<GenericKubernetesResource> service() {
    return object("v1", "Service", "web");
  }

  private Resource<GenericKubernetesResource> widget(String group) {
    return object(group + "/v1", "Widget", "w");
  }

  private Resource<GenericKubernetesResource> object(String apiVersion, String kind, String name) {
    return scenario
        .client(STAGING)
        .genericKubernetesResources(apiVersion, kind)
        .inNamespace(namespace())
        .withName(name);
  }

  private static void patch(Resource<?> object, String patch) {
    var unused = object.patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private void define(String group) {
    definition(group).serverSideApply();
  }

  private Resource<?> definition(String group) {
    Resource<?> definition = scenario.client(STAGING).resource(DEFINITION.formatted(group));
    scenario.fixture(STAGING).cleanUp(definition::delete);
    return definition;
  }

  private String user() {
    return "user-" + namespace();
  }

  /** Returns a client without rights of its own. The simulated cluster knows no users. */
  private KubernetesClient asUser() {
    return scenario.fixture(STAGING).isSimulated()
        ? scenario.through(proxy)
        : scenario.through(proxy, user());
  }

  /** Takes away the rights to list and watch Services. */
  private void withdrawRights() {
    if (scenario.fixture(STAGING).isSimulated()) {
      withdrawn =
          faults()
              .inject(
                  request -> request.path().equals("/api/v1/services"),
                  new Fault.Fail(403, "Forbidden", "services is forbidden"));
    } else {
      grant(ALL_BUT_SERVICES);
    }
    try (KubernetesClient user = asUser()) {
      patiently().until(() -> statusOfList(user) == 403);
    }
  }

  private static int statusOfList(KubernetesClient client) {
    try {
      var unused = client.services().inAnyNamespace().list();
      return 200;
    } catch (KubernetesClientException e) {
      return e.getCode();
    }
  }

  /** Gives the worker's user exactly these rights. */
  private void grant(String rules) {
    if (scenario.fixture(STAGING).isSimulated()) {
      Optional.ofNullable(withdrawn).ifPresent(FaultInjector.Registration::close);
      return;
    }
    for (String rights : RIGHTS.formatted(user(), rules).split("---\n", -1)) {
      Resource<?> resource = scenario.client(STAGING).resource(rights);
      scenario.fixture(STAGING).cleanUp(resource::delete);
      resource.serverSideApply();
    }
  }

  private void awaitHealth(String application, Health expected) {
    patiently()
        .until(
            () -> health(application).map(ObservedHealth::health), Optional.of(expected)::equals);
  }

  /** Returns the health of an application that was reported last. */
  private Optional<ObservedHealth> health(String application) {
    return observed(ObservedEvent.OfHealth.class, application)
        .reduce((_, last) -> last)
        .map(ObservedEvent.OfHealth::observed);
  }

  /** Returns the drift of an application that was reported last. */
  private List<ObjectDrift> drifts(String application) {
    return observed(ObservedEvent.Drifted.class, application)
        .reduce((_, last) -> last)
        .orElseThrow()
        .objects();
  }

  private <E extends ObservedEvent> Stream<E> observed(Class<E> type, String application) {
    return scenario.read(scenario.kafka().topics().results(), type).stream()
        .filter(event -> event.subject().application().value().equals(application));
  }

  private void awaitMetric(String name, int value) {
    Pattern line = Pattern.compile("(?m)^%s\\{[^}]*} %d(\\.0)?$".formatted(name, value));
    patiently().until(() -> line.matcher(metrics()).find());
  }

  private String metrics() throws IOException, InterruptedException {
    URI uri =
        URI.create(
            "http://127.0.0.1:%d/metrics".formatted(Objects.requireNonNull(sluice).apiPort()));
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
