package dev.sluice.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PossibleObjectsTest {

  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: web-config, namespace: shop}
      data: [broken
      """;

  @ParameterizedTest
  @CsvSource({
    "ConfigMap, shop, web-config, true",
    "ConfigMap, web, web-config, true",
    "Secret, shop, web-config, false",
    "ConfigMap, shop, web-secrets, false",
    "ConfigMap, billing, web-config, false",
    "ConfigMap, shop, web-config-2, false",
  })
  void manifestsMayRenderToTheObjectsInThem(
      String kind, String namespace, String name, boolean may) {
    PossibleObjects possible = of(SourceType.PLAIN, text("a.yaml", MANIFEST));

    assertThat(possible.mayHave(new ObjectRef("v1", kind, namespace, name).id())).isEqualTo(may);
  }

  @Test
  void escapesAreResolved() {
    PossibleObjects possible =
        of(
            SourceType.PLAIN,
            text("a.yaml", "kind: ConfigMap\nmetadata: {name: \"w\\x65\\u0062\\\n  site\"}\n"));

    assertThat(possible.mayHave(new ObjectRef("v1", "ConfigMap", "", "website").id())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "ConfigMap, dev-web-config-7h5m2kb9tt, true",
    "Secret, devweb, false",
    "ConfigMap, devweb-v2, true",
    "ConfigMap, other-config-7h5m2kb9tt, false",
  })
  void kustomizationsMayCombineNames(String kind, String name, boolean may) {
    PossibleObjects possible =
        of(
            SourceType.KUSTOMIZE,
            text(
                "kustomization.yaml",
                """
                namePrefix: dev-
                nameSuffix: -v2
                configMapGenerator:
                - {name: web-config, literals: [a=b]}
                """),
            text("nested/kustomization.yaml", "namePrefix: dev\nresources: [web.yaml]\n"),
            text("nested/web.yaml", "kind: Service\nmetadata: {name: web}"));

    assertThat(possible.mayHave(new ObjectRef("v1", kind, "web", name).id())).isEqualTo(may);
  }

  @ParameterizedTest
  @CsvSource({
    "Deployment, shop-web, true",
    "Deployment, my-release-backend, true",
    "Deployment, my-release-backend-0, true",
    "Deployment, my-release-very-long-compon, true",
    "Deployment, foo-bar, true",
    "Deployment, payments, false",
    "StatefulSet, shop-web, false",
    "Job, shop-web-1f3a9c02, true",
  })
  void chartsMayCombineNames(String kind, String name, boolean may) {
    PossibleObjects possible =
        of(
            SourceType.HELM,
            text("Chart.yaml", "name: web"),
            text("values.yaml", "fullname: my-release\nname: very-long-component\nother: fooBar"),
            text(
                "templates/a.yaml",
                """
                kind: {{ if .x }}Deployment{{ else }}Job{{ end }}
                metadata:
                  name: {{ printf "%s-backend" .Values.fullname | trunc 27 }}
                  more: {{ .Release.Name }}-{{ .Values.other | kebabcase }}
                """));

    assertThat(possible.mayHave(new ObjectRef("apps/v1", kind, "web", name).id())).isEqualTo(may);
  }

  @Test
  void archivesAreRead() throws IOException {
    byte[] manifest = "kind: Role\nmetadata: {name: reader}".getBytes(UTF_8);
    ObjectRef role = new ObjectRef("rbac.authorization.k8s.io/v1", "Role", "web", "reader");
    ObjectRef other = new ObjectRef("rbac.authorization.k8s.io/v1", "Role", "web", "writer");

    PossibleObjects good = of(SourceType.HELM, archive("charts/a.tgz", manifest));
    PossibleObjects bad =
        of(SourceType.HELM, new InputFile.Binary("charts/a.tgz", false, new byte[] {1, 2}));

    assertThat(good.mayHave(role.id())).isTrue();
    assertThat(good.mayHave(other.id())).isFalse();
    assertThat(bad.mayHave(other.id())).as("what cannot be read may have anything").isTrue();
  }

  @Test
  void aPolicyMayCreateTheNamespace() {
    ObjectNode fields = Json.mapper().valueToTree(Policy.DEFAULT);
    ObjectNode creation = fields.putObject("createNamespace");
    creation.putObject("labels").put("team", "a");
    creation.putObject("annotations");
    SyncEvent.Target target =
        target(
            Json.mapper().convertValue(fields, Policy.class),
            SourceType.PLAIN,
            text("a.yaml", "kind: ConfigMap"));
    String namespace = target.spec().namespace();

    assertThat(
            PossibleObjects.of(target)
                .mayHave(new ObjectRef("v1", "Namespace", "", namespace).id()))
        .isTrue();
    assertThat(
            PossibleObjects.of(target).mayHave(new ObjectRef("v1", "Namespace", "", "other").id()))
        .isFalse();
  }

  @Test
  void pluginsMayRenderToAnyObject() {
    SyncEvent.Target target =
        target(
            policy("plugins", true),
            SourceType.KUSTOMIZE,
            text("kustomization.yaml", "generators: [a.yaml]"));

    assertThat(PossibleObjects.of(target).mayHave(new ObjectRef("v1", "Secret", "any", "any").id()))
        .isTrue();
  }

  @Test
  void archivesThatUnpackToTooMuchMayRenderToAnything() throws IOException {
    InputFile.Binary bomb = archive("charts/a.tgz", new byte[40 << 20]);
    InputFile.Binary another = archive("charts/b.tgz", new byte[40 << 20]);
    ObjectRef object = new ObjectRef("v1", "ConfigMap", "", "foreign");

    assertThat(of(SourceType.HELM, bomb).mayHave(object.id())).isFalse();
    assertThat(of(SourceType.HELM, bomb, another).mayHave(object.id())).as("together").isTrue();
  }

  @Test
  void aWordLongerThanAnyNameTakesNoMoreRoomThanAName() {
    PossibleObjects possible = of(SourceType.PLAIN, text("a.yaml", "x".repeat(1_000_000)));

    assertThat(possible.words()).allMatch(word -> word.length() <= 253);
    assertThat(possible.anything()).isFalse();
  }

  @Test
  void aRemovalRendersToNothing() {
    SyncEvent.Removal removal =
        new SyncEvent.Removal(
            new ApplicationName("shop"),
            new ClusterName("test"),
            Generation.FIRST,
            false,
            provenance());

    assertThat(PossibleObjects.of(removal).mayHave(new ObjectRef("v1", "Secret", "", "shop").id()))
        .isFalse();
  }

  private static PossibleObjects of(SourceType type, InputFile... files) {
    return PossibleObjects.of(target(Policy.DEFAULT, type, files));
  }

  private static SyncEvent.Target target(Policy policy, SourceType type, InputFile... files) {
    return new SyncEvent.Target(
        new ApplicationName("shop"),
        new ClusterName("test"),
        Generation.FIRST,
        new ApplicationSpec("web", policy),
        List.of(
            new SourceInputs(
                new RepositoryId("example.org/team/app"),
                GitRef.branch("main"),
                new CommitId("1".repeat(40)),
                "deploy",
                type,
                Optional.empty(),
                RenderOptions.DEFAULT,
                List.of(files))),
        false,
        "v1:x",
        provenance());
  }

  private static Provenance provenance() {
    return new Provenance(List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, "b", 1);
  }

  private static InputFile.Binary archive(String path, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return new InputFile.Binary(path, false, bytes.toByteArray());
  }

  private static InputFile text(String path, String text) {
    return new InputFile.Text(path, false, text);
  }

  /** Returns the default policy with another value of a field. */
  private static Policy policy(String field, boolean value) {
    ObjectNode fields = Json.mapper().valueToTree(Policy.DEFAULT);
    return Json.mapper().convertValue(fields.put(field, value), Policy.class);
  }
}
