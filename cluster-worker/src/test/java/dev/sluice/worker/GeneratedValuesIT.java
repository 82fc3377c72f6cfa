package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.GeneratedValues;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.SourceType;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Charts with values that differ at each rendering. */
@Tag("kubernetes")
class GeneratedValuesIT {

  private static final String SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: db}
      stringData:
        user: {{ .Values.user }}
        password: {{ .Values.password | default (randAlphaNum 20) }}
      """;
  private static final String DATABASE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: db, labels: {about: "{{ .Values.about }}"}}
      spec:
        selector: {matchLabels: {app: db}}
        template:
          metadata:
            labels: {app: db}
            annotations:
              checksum/secret: {{ include (print $.Template.BasePath "/secret.yaml") . | sha256sum }}
          spec:
            containers: [{name: db, image: registry.local/db}]
      """;

  /** An authority, a certificate that it signed, and objects that trust it. */
  private static final String CERTIFICATES =
      """
      {{- $ca := genCA "db-ca" 365 }}
      {{- $cert := genSignedCert "db" nil (list "db") 365 $ca }}
      apiVersion: v1
      kind: Secret
      metadata: {name: authority}
      data: {ca.crt: {{ $ca.Cert | b64enc }}, ca.key: {{ $ca.Key | b64enc }}}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: server}
      data:
        ca.crt: {{ $ca.Cert | b64enc }}
        tls.crt: {{ $cert.Cert | b64enc }}
        tls.key: {{ $cert.Key | b64enc }}
      ---
      apiVersion: %s/v1
      kind: Hook
      metadata: {name: db}
      spec:
        webhooks:
        - {name: a, clientConfig: {url: "https://db", caBundle: {{ $ca.Cert | b64enc }}}}
      {{- if .Values.trust }}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: trust}
      data:
        ca.crt: {{ $ca.Cert | toJson }}
      {{- end }}
      """;

  private static final String PASSWORD = "Secret %s/db data.password";

  private final Bench bench = new Bench();
  private boolean certificates;
  private Optional<List<IgnoredDifference>> ignored = Optional.empty();

  @BeforeEach
  void start() {
    bench.worker("one");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aPasswordIsGeneratedOnceAndRestartsNothing() {
    send(1, Optional.empty(), "user: a", "about: x");
    ResultEvent.Applied first = bench.awaitApplied("shop", 1);
    String password = password();
    String checksum = checksum();

    send(2, Optional.empty(), "user: a", "about: y");
    ResultEvent.Applied second = bench.awaitApplied("shop", 2);

    assertThat(first.generated().orElseThrow())
        .contains(PASSWORD.formatted(bench.namespace))
        .anyMatch(field -> field.startsWith("Deployment ") && field.contains("checksum/secret"));
    assertThat(second.generated()).isEqualTo(first.generated());
    assertThat(second.changes())
        .extracting(change -> change.object().kind())
        .containsExactly("Deployment");
    assertThat(password()).isEqualTo(password);
    assertThat(checksum()).isEqualTo(checksum);
  }

  @Test
  void aChangeOfTheSecretRestartsItsPods() {
    send(1, Optional.empty(), "user: a", "about: x");
    bench.awaitApplied("shop", 1);
    String password = password();
    String checksum = checksum();

    send(2, Optional.empty(), "user: b", "about: x");
    bench.awaitApplied("shop", 2);

    assertThat(password()).isEqualTo(password);
    assertThat(checksum()).isNotEqualTo(checksum);
    send(3, Optional.empty(), "user: b", "password: given", "about: x");
    assertThat(bench.awaitApplied("shop", 3).generated()).as("nothing is generated").isEmpty();
    assertThat(password()).isEqualTo("Z2l2ZW4=");
  }

  @Test
  void aSecretWithAFieldThatMayDifferRestartsNothing() {
    ignored =
        Optional.of(
            List.of(
                new IgnoredDifference(
                    "",
                    "Secret",
                    Optional.empty(),
                    Optional.empty(),
                    List.of("/data/user"),
                    List.of())));
    send(1, Optional.empty(), "user: a", "about: x");
    bench.awaitApplied("shop", 1);
    String checksum = checksum();

    send(2, Optional.empty(), "user: a", "about: y");
    bench.awaitApplied("shop", 2);

    assertThat(checksum()).isEqualTo(checksum);
  }

  @Test
  void aCertificateAuthorityStaysTheSameWhereverItIsTrusted() {
    bench.defineKind(group(), "Hook");
    certificates = true;
    send(1, Optional.empty(), "user: a", "about: x");
    bench.awaitApplied("shop", 1);
    String authority = authority();
    assertThat(text(authority)).startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(bundle()).isEqualTo(authority);

    send(2, Optional.empty(), "user: a", "about: y", "trust: true");
    ResultEvent.Applied second = bench.awaitApplied("shop", 2);

    assertThat(authority()).isEqualTo(authority);
    assertThat(bundle()).isEqualTo(authority);
    assertThat(trusted()).as("in an object that is new").isEqualTo(text(authority));
    assertThat(second.changes())
        .extracting(change -> change.object().kind())
        .containsExactlyInAnyOrder("Deployment", "ConfigMap");
  }

  @Test
  void aCertificateAuthorityThatIsLostIsRenewedWithAllThatItSigned() {
    bench.defineKind(group(), "Hook");
    certificates = true;
    send(1, Optional.empty(), "user: a", "about: x", "trust: true");
    bench.awaitApplied("shop", 1);
    String authority = authority();
    String certificate = data("server", "tls.crt");
    bench.fixture.client().secrets().inNamespace(bench.namespace).withName("server").delete();

    send(2, Optional.empty(), "user: b", "about: x", "trust: true");
    bench.awaitApplied("shop", 2);

    assertThat(data("server", "tls.crt")).isNotEqualTo(certificate);
    assertThat(authority()).isNotEqualTo(authority);
    assertThat(data("server", "ca.crt")).isEqualTo(authority());
    assertThat(bundle()).isEqualTo(authority());
    assertThat(trusted()).isEqualTo(text(authority()));
  }

  @Test
  void eachRenderingIsAppliedIfThePolicyAllowsIt() {
    send(1, Optional.of(GeneratedValues.ALLOW), "user: a", "about: x");
    bench.awaitApplied("shop", 1);
    String password = password();

    send(2, Optional.of(GeneratedValues.ALLOW), "user: a", "about: y");

    assertThat(bench.awaitApplied("shop", 2).generated()).isPresent();
    assertThat(password()).isNotEqualTo(password);
  }

  @Test
  void generatedValuesParkIfThePolicyRefusesThem() {
    send(1, Optional.of(GeneratedValues.FAIL), "user: a", "about: x");

    DeadLetterEvent.Opened opened =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () -> bench.results.all(DeadLetterEvent.Opened.class).stream().findFirst(),
                Optional::isPresent)
            .orElseThrow();

    assertThat(opened.failure().code()).isEqualTo(RenderFailure.GENERATED_VALUES);
    assertThat(opened.failure().message()).contains(PASSWORD.formatted(bench.namespace));
  }

  private void send(long generation, Optional<GeneratedValues> generated, String... values) {
    // lost objects stay lost until the next generation
    Policy shown = Targets.showing(Targets.with(Policy.DEFAULT, "ignoreDifferences", ignored));
    Policy policy = Targets.with(shown, "generatedValues", generated);
    SyncEvent.Target plain = bench.targets.target("shop", generation, policy);
    List<InputFile> files = new ArrayList<>();
    files.add(file("Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}"));
    files.add(file("values.yaml", String.join("\n", values)));
    files.add(file("templates/secret.yaml", SECRET));
    files.add(file("templates/db.yaml", DATABASE));
    if (certificates) {
      files.add(file("templates/ca.yaml", CERTIFICATES.formatted(group())));
    }
    List<SourceInputs> sources = new ArrayList<>();
    for (SourceInputs source : plain.sources()) {
      sources.add(
          new SourceInputs(
              source.repository(),
              source.ref(),
              source.commit(),
              source.path(),
              SourceType.HELM,
              source.alias(),
              source.options(),
              files));
    }
    bench.targets.send(
        new SyncEvent.Target(
            plain.application(),
            plain.cluster(),
            plain.generation(),
            plain.spec(),
            sources,
            false,
            plain.inputDigest(),
            plain.provenance()));
  }

  private static InputFile file(String name, String text) {
    return new InputFile.Text("shop/" + name, false, text);
  }

  private String password() {
    return data("db", "password");
  }

  private String authority() {
    return data("authority", "ca.crt");
  }

  private String data(String secret, String key) {
    return bench
        .fixture
        .client()
        .secrets()
        .inNamespace(bench.namespace)
        .withName(secret)
        .get()
        .getData()
        .get(key);
  }

  private String group() {
    return bench.namespace + ".example";
  }

  private String bundle() {
    GenericKubernetesResource hook =
        bench
            .fixture
            .client()
            .genericKubernetesResources(group() + "/v1", "Hook")
            .inNamespace(bench.namespace)
            .withName("db")
            .get();
    return new ObjectMapper()
        .valueToTree(hook)
        .at("/spec/webhooks/0/clientConfig/caBundle")
        .asText();
  }

  private String trusted() {
    return bench.object("trust").orElseThrow().getData().get("ca.crt");
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private String checksum() {
    Deployment deployment =
        bench
            .fixture
            .client()
            .apps()
            .deployments()
            .inNamespace(bench.namespace)
            .withName("db")
            .get();
    return deployment.getSpec().getTemplate().getMetadata().getAnnotations().get("checksum/secret");
  }
}
