package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ServiceAccountName;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The objects of an application are read and written as the service account of its policy. */
@Tag("kubernetes")
final class ServiceAccountIT {

  private final Bench bench = new Bench();
  private final Users users = new Users();
  private final Policy asDeployer = Targets.as(new ServiceAccountName(bench.namespace, "deployer"));

  @BeforeEach
  void permit() {
    new Rights(bench)
        .account(bench.namespace, "deployer")
        .may("ClusterRole", "admin", bench.namespace);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void everyRequestAboutItsObjectsImpersonatesTheAccount() throws InterruptedException {
    bench.worker("one", users);

    bench.targets.send(
        bench.targets.target("web", 1, asDeployer, configMap("a", "first"), configMap("b", "x")));
    bench.awaitApplied("web", 1);
    edit("a", "by hand");
    bench.awaitValue("a", "first");
    bench.targets.send(bench.targets.target("web", 2, asDeployer, configMap("a", "second")));
    bench.awaitApplied("web", 2);
    Questions questions = new Questions(bench);
    assertThat(questions.ask("web").failure()).isEmpty();
    bench.targets.send(bench.targets.removal("web", 3, false));
    await().atMost(Bench.PATIENCE).until(() -> bench.value("a").isEmpty());

    assertThat(users.about(bench.namespace))
        .filteredOn(request -> !request.line().contains("watch=true"))
        .hasSizeGreaterThan(6)
        .allSatisfy(
            request ->
                assertThat(request.user())
                    .as(request.line())
                    .contains("system:serviceaccount:%s:deployer".formatted(bench.namespace)));
    assertThat(users.about(bench.systemNamespace))
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.user()).as(request.line()).isEmpty());
  }

  @Test
  void applicationsWithoutAnAccountAreRefusedIfTheWorkerRequiresOne() {
    bench.requireServiceAccount = true;
    bench.worker("one", users);

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    Failure failure = bench.awaitParked("web");
    bench.targets.send(bench.targets.target("web", 2, asDeployer, configMap("a", "second")));
    bench.awaitApplied("web", 2);

    assertThat(failure.code()).isEqualTo(ApplyFailure.SERVICE_ACCOUNT_REQUIRED);
    assertThat(failure.message())
        .contains("--require-service-account")
        .contains("set policy.serviceAccount");
    assertThat(users.about(bench.namespace))
        .allSatisfy(request -> assertThat(request.user()).as(request.line()).isPresent());
  }

  @Test
  void aRemovalUsesTheAccountThatTheObjectsAreFrom() {
    bench.requireServiceAccount = true;
    bench.worker("one", users);

    bench.targets.send(bench.targets.target("web", 1, asDeployer, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    bench.targets.send(bench.targets.removal("web", 2, false));

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    assertThat(bench.value("a")).isEmpty();
  }

  private void edit(String configMap, String value) {
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName(configMap)
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"data\": {\"key\": \"%s\"}}".formatted(value));
  }

  /** A request and the user that it impersonates. */
  private record Sent(String line, Optional<String> user) {}

  /** Records the impersonated users of requests. */
  private static final class Users implements Interceptor {

    private final List<Sent> sent = new CopyOnWriteArrayList<>();

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      sent.add(
          new Sent(
              request.method() + " " + request.uri(),
              request.headers("Impersonate-User").stream().findFirst()));
    }

    List<Sent> about(String namespace) {
      return sent.stream()
          .filter(request -> request.line().contains("/namespaces/" + namespace + "/"))
          .toList();
    }
  }
}
