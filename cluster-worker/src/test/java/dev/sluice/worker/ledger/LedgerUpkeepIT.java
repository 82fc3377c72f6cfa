package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The keys of ledgers, and ledgers of earlier versions, when a worker becomes the leader and later.
 */
@Tag("kubernetes")
class LedgerUpkeepIT {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ApplicationName API = new ApplicationName("api");
  private static final String INSTALLATION = "test";

  private final ClusterFixture fixture = ClusterFixture.open();

  @BeforeEach
  void needsAServerThatReadsJson() {
    fixture.assumeJsonOfBuiltInKinds();
  }

  private final ClusterApi api = api(fixture.client());
  private LedgerNames names = new LedgerNames(fixture.namespace(), INSTALLATION);
  private LedgerStore store = store(api);
  private LedgerUpkeep upkeep = upkeep(api, store, Clock.systemUTC());

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void createsTheKeyOnceAndSignsWithIt() throws Exception {
    upkeep.prepare();
    write(WEB, 1);
    upkeep.prepare();
    LedgerStore successor = store(api);
    upkeep(api, successor, Clock.systemUTC()).prepare();

    assertThat(generations(successor)).isEqualTo(Map.of(WEB, 1L));
    assertThat(secret().path("data").has("adopt")).isFalse();
  }

  @Test
  void anUpgradeMayBeKilledBetweenAnyTwoWrites() throws Exception {
    int writes = 0;
    boolean wasKilled = true;
    while (wasKilled) {
      startOver();
      writeOld(WEB, 5);
      writeOld(API, 2);
      Death death = new Death(writes);
      try (KubernetesClient dying = client(death)) {
        ClusterApi deadly = api(dying);
        LedgerStore first = store(deadly);
        try {
          upkeep(deadly, first, Clock.systemUTC()).prepare();
          wasKilled = false;
        } catch (ApiException e) {
          assertThat(e.code()).isEqualTo(ApiException.NO_ANSWER);
        }
      }

      upkeep.prepare();

      assertThat(generations(store))
          .as("killed at write %d", writes)
          .isEqualTo(Map.of(WEB, 5L, API, 2L));
      assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));
      assertThat(secret().path("data").has("adopt")).isFalse();
      requireMarker(WEB);
      requireMarker(API);
      writes++;
    }
    assertThat(writes - 1)
        .as("a key, two copies, two markers, the end of the adoption")
        .isEqualTo(6);
  }

  @Test
  void aWorkerOfAnEarlierVersionCanNeitherReadNorCreateMigratedLedgers() throws Exception {
    writeOld(WEB, 5);
    upkeep.prepare();

    ObjectNode marker = api.get(oldPath(WEB)).orElseThrow();
    assertThatThrownBy(() -> LedgerCodec.content(marker))
        .isInstanceOf(LedgerCodec.DamagedLedgerException.class);
    ObjectNode created = old(WEB, 4);
    created.withObject("/metadata").put("resourceVersion", ClusterApi.ABSENT);
    assertThatThrownBy(() -> api.apply(oldPath(WEB), created, true))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.isPreconditionFailed()).isTrue());
  }

  @Test
  void migratesLedgersThatAnEarlierVersionWritesMeanwhile() throws Exception {
    writeOld(WEB, 5);
    AtomicBoolean isFirst = new AtomicBoolean(true);
    Interceptor meanwhile =
        new Interceptor() {
          @Override
          public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            if (!request.method().equals("GET")
                && request.uri().getPath().equals(oldPath(WEB))
                && isFirst.getAndSet(false)) {
              writeOldUnchecked(WEB, 6);
            }
          }
        };
    try (KubernetesClient overtaken = client(meanwhile)) {
      upkeep(api(overtaken), store(api(overtaken)), Clock.systemUTC()).prepare();
    }

    upkeep.prepare();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 6));
    requireMarker(WEB);
  }

  @Test
  void theNewerOfTwoNamesWinsWhenAnEarlierVersionWasUsedAgain() throws Exception {
    upkeep.prepare();
    write(WEB, 5);
    write(API, 5);
    writeOld(WEB, 7);
    writeOld(API, 3);

    upkeep.prepare();
    assertThat(generations(store)).as("unsigned").isEqualTo(Map.of(WEB, 5L, API, 5L));

    adopt();
    assertThat(upkeep.refresh()).isTrue();
    assertThat(generations(store)).isEqualTo(Map.of(WEB, 7L, API, 5L));
    requireMarker(API);
  }

  @Test
  void unsignedLedgersUnderOldNamesAreNotTrustedOnceThereIsAKey() throws Exception {
    upkeep.prepare();
    writeOld(WEB, 5);

    upkeep.prepare();

    assertThat(store.list().readings()).isEmpty();
    assertThat(store.read(WEB)).isInstanceOf(LedgerReading.Usable.class);
  }

  @Test
  void ledgersOfAnotherInstallationAreLeftAlone() throws Exception {
    ObjectNode others = old(WEB, 5);
    others.withObject("/metadata/labels").put("sluice.dev/installation", "other");
    var unused = api.apply(oldPath(WEB), others, true);
    LedgerNames theirs = new LedgerNames(names.namespace(), "other");

    upkeep.prepare();
    assertThat(store.list().readings()).isEmpty();
    write(WEB, 1);

    LedgerStore other = new LedgerStore(api, theirs, Keyring.unusable("not read"));
    new LedgerUpkeep(api, theirs, other, Clock.systemUTC()).prepare();
    assertThat(generations(other)).isEqualTo(Map.of(WEB, 5L));
    assertThat(generations(store)).isEqualTo(Map.of(WEB, 1L));
  }

  @Test
  void damagedLedgersOfEarlierVersionsStayUnreadable() throws Exception {
    ObjectNode damaged = old(WEB, 5);
    damaged.withObject("/data").put("ledger", "{");
    var unused = api.apply(oldPath(WEB), damaged, true);
    writeOld(API, 2);

    upkeep.prepare();

    assertThat(store.list().unreadable()).containsOnlyKeys(WEB);
    assertThat(ledger(API)).isEqualTo(done(API, 2));
  }

  @Test
  void forgetsMarkersAfterADay() throws Exception {
    writeOld(WEB, 5);
    upkeep.prepare();
    requireMarker(WEB);

    Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(25)), ZoneOffset.UTC);
    upkeep(api, store, later).prepare();

    assertThat(api.get(oldPath(WEB))).isEmpty();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));
  }

  @Test
  void aLostKeyMakesLedgersUnreadableUntilTheyAreAdopted() throws Exception {
    upkeep.prepare();
    write(WEB, 5);
    write(API, 2);
    deleteSecret();
    startAgain();

    upkeep.prepare();
    assertThat(store.list().unreadable()).containsOnlyKeys(WEB, API);
    assertThat(store.list().unreadable().get(WEB).code()).isEqualTo(ApplyFailure.LEDGER_FORGED);
    assertThat(store.list().unreadable().get(WEB).message())
        .contains("kubectl patch secret " + names.keySecret());
    assertThat(store.read(new ApplicationName("new"))).isInstanceOf(LedgerReading.Usable.class);

    adopt();
    assertThat(upkeep.refresh()).isTrue();
    assertThat(generations(store)).isEqualTo(Map.of(WEB, 5L, API, 2L));
    assertThat(secret().path("data").has("adopt")).isFalse();
    startAgain();
    upkeep.prepare();
    assertThat(generations(store))
        .as("signed with the new key")
        .isEqualTo(Map.of(WEB, 5L, API, 2L));
  }

  @Test
  void aLostKeyThatIsPutBackAsThePreviousOneVerifiesAgain() throws Exception {
    upkeep.prepare();
    write(WEB, 5);
    String key = secret().path("data").path("current").asText();
    deleteSecret();
    startAgain();
    upkeep.prepare();
    assertThat(store.list().unreadable()).containsOnlyKeys(WEB);

    patchSecret("previous", key);
    assertThat(upkeep.refresh()).isTrue();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));

    // signed again with the current one meanwhile
    ObjectNode patch = Json.mapper().createObjectNode();
    patch.putObject("data").putNull("previous");
    var unused = api.merge(names.keyPath(), patch);
    startAgain();
    upkeep.prepare();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));
  }

  @Test
  void aSecretDeletedWhileTheWorkerLeadsIsRestoredWithTheSameKey() throws Exception {
    upkeep.prepare();
    write(WEB, 5);
    String key = secret().path("data").path("current").asText();
    deleteSecret();

    assertThat(upkeep.refresh()).isFalse();

    assertThat(secret().path("data").path("current").asText()).isEqualTo(key);
    assertThat(upkeep.refresh()).isFalse();
  }

  @Test
  void aLedgerCreatedAfterAWipeHasItsKey() throws Exception {
    upkeep.prepare();
    String key = secret().path("data").path("current").asText();
    deleteSecret();

    write(WEB, 5);

    assertThat(secret().path("data").path("current").asText()).isEqualTo(key);
    startAgain();
    upkeep.prepare();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));
  }

  @Test
  void aSecretWithoutAKeyMakesEveryLedgerUnreadableAndIsUsedOnceRepaired() throws Exception {
    upkeep.prepare();
    write(WEB, 5);
    String key = secret().path("data").path("current").asText();
    patchSecret("current", base64("short"));
    assertThat(upkeep.refresh()).as("the leader continues with its keys").isFalse();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));
    startAgain();

    upkeep.prepare();
    assertThat(store.list().unreadable().get(WEB).code())
        .isEqualTo(ApplyFailure.LEDGER_KEY_UNUSABLE);
    assertThat(store.read(API)).isInstanceOf(LedgerReading.Unreadable.class);

    patchSecret("current", key);
    assertThat(upkeep.refresh()).isTrue();
    assertThat(ledger(WEB)).isEqualTo(done(WEB, 5));
    assertThat(store.read(API)).isInstanceOf(LedgerReading.Usable.class);
  }

  @Test
  void alteredLedgersAreNotAdopted() throws Exception {
    upkeep.prepare();
    write(WEB, 5);
    ObjectNode forged = Json.mapper().createObjectNode();
    forged.putObject("data").put("ledger", new String(LedgerCodec.encode(done(WEB, 99)), UTF_8));
    var unused = api.merge(names.path(WEB), forged);
    assertThat(store.list().unreadable()).containsOnlyKeys(WEB);

    adopt();
    assertThat(upkeep.refresh()).isTrue();

    assertThat(store.list().unreadable().get(WEB).message())
        .contains("changed after it was signed");
  }

  /** Lets this many writes through, and no request after them. */
  private static final class Death implements Interceptor {

    private final AtomicInteger left;
    private volatile boolean isDead;

    Death(int writes) {
      this.left = new AtomicInteger(writes);
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (!request.method().equals("GET") && left.getAndDecrement() == 0) {
        isDead = true;
      }
      if (isDead) {
        builder.uri(URI.create("http://127.0.0.1:1" + request.uri().getPath()));
      }
    }
  }

  private void startOver() {
    names = new LedgerNames(fixture.namespace(), INSTALLATION);
    startAgain();
  }

  private void startAgain() {
    store = store(api);
    upkeep = upkeep(api, store, Clock.systemUTC());
  }

  private LedgerStore store(ClusterApi through) {
    return new LedgerStore(through, names, Keyring.unusable("not read"));
  }

  private LedgerUpkeep upkeep(ClusterApi through, LedgerStore ledgers, Clock clock) {
    return new LedgerUpkeep(through, names, ledgers, clock);
  }

  private static ClusterApi api(KubernetesClient client) {
    return new ClusterApi(client, Duration.ofSeconds(10));
  }

  private KubernetesClient client(Interceptor interceptor) {
    Config config = Config.fromKubeconfig(fixture.kubeconfig());
    config.setRequestRetryBackoffLimit(0);
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("test", interceptor))
        .build();
  }

  private void write(ApplicationName application, long generation) throws Exception {
    var unused = store.write(store.read(application).orThrow(), done(application, generation));
  }

  private void writeOld(ApplicationName application, long generation) throws InterruptedException {
    var unused = api.apply(oldPath(application), old(application, generation), true);
  }

  private void writeOldUnchecked(ApplicationName application, long generation) {
    try {
      writeOld(application, generation);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a ledger as versions without signatures wrote it. */
  private ObjectNode old(ApplicationName application, long generation) {
    ObjectNode configMap = Json.mapper().createObjectNode();
    configMap.put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata = configMap.putObject("metadata");
    metadata.put("name", "sluice-ledger-" + application).put("namespace", names.namespace());
    metadata
        .putObject("labels")
        .put("sluice.dev/ledger", "true")
        .put("sluice.dev/installation", INSTALLATION)
        .put("sluice.dev/application", application.value());
    LedgerCodec.put(LedgerCodec.encode(done(application, generation)), configMap);
    return configMap;
  }

  private String oldPath(ApplicationName application) {
    return names.collection() + "/sluice-ledger-" + application;
  }

  private static Ledger done(ApplicationName application, long generation) {
    Ledger.Header header =
        new Ledger.Header(
            new Generation(generation),
            false,
            Optional.of(new CommitId("a".repeat(40))),
            "v1:" + generation);
    ObjectRef ref = new ObjectRef("v1", "ConfigMap", "ns", "object-" + generation);
    return Ledger.unknown(application)
        .begin(header, Inventory.EMPTY, Set.of(ref))
        .finish(
            header,
            new Inventory(List.of(new InventoryEntry(ref, "digest", false))),
            new Ledger.Finished(Instant.EPOCH, Optional.empty()));
  }

  private Ledger ledger(ApplicationName application) throws Exception {
    return store.read(application).orThrow().ledger();
  }

  private static Map<ApplicationName, Long> generations(LedgerStore ledgers) throws Exception {
    assertThat(ledgers.list().unreadable()).isEmpty();
    Map<ApplicationName, Long> generations = new HashMap<>();
    ledgers
        .list()
        .usable()
        .forEach(
            (application, stored) ->
                generations.put(application, stored.ledger().generation().orElseThrow().value()));
    return generations;
  }

  private void requireMarker(ApplicationName application) throws InterruptedException {
    ObjectNode marker = api.get(oldPath(application)).orElseThrow();
    assertThat(marker.path("data").path("moved").asText()).isEqualTo(names.ledger(application));
    assertThat(marker.path("data").has("ledger")).isFalse();
    assertThat(marker.path("metadata").path("labels").has("sluice.dev/ledger")).isFalse();
  }

  private ObjectNode secret() throws InterruptedException {
    return api.get(names.keyPath()).orElseThrow();
  }

  private void deleteSecret() {
    fixture.client().secrets().inNamespace(names.namespace()).withName(names.keySecret()).delete();
  }

  private void adopt() throws InterruptedException {
    patchSecret("adopt", base64("true"));
  }

  private void patchSecret(String key, String base64) throws InterruptedException {
    ObjectNode patch = Json.mapper().createObjectNode();
    patch.putObject("data").put(key, base64);
    var unused = api.merge(names.keyPath(), patch);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
