package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FieldFoldTest {

  private static final String OURS =
      "{\"manager\": \"sluice\", \"operation\": \"Apply\", \"fieldsV1\": %s}";

  @Test
  void joinsTheFieldsOfEarlierDeploymentsToOurs() throws IOException {
    String entries =
        """
        [%s,
         {"manager": "kubectl-client-side-apply", "operation": "Update",
          "fieldsV1": {"f:data": {"f:b": {}}, "f:metadata": {"f:labels": {}}}},
         {"manager": "controller", "operation": "Update", "fieldsV1": {"f:status": {}}}]
        """
            .formatted(OURS.formatted("{\"f:data\": {\"f:a\": {}}}"));
    String expected =
        """
        [%s,
         {"manager": "controller", "operation": "Update", "fieldsV1": {"f:status": {}}}]
        """
            .formatted(
                OURS.formatted(
                    "{\"f:data\": {\"f:a\": {}, \"f:b\": {}},"
                        + " \"f:metadata\": {\"f:labels\": {}}}"));

    assertThat(fold(entries, "{}", true)).contains(read(expected));
    assertThat(fold(entries, "{}", false)).contains(read(expected));
  }

  @Test
  void takesOverWhatPeopleSetIfGitWins() throws IOException {
    for (String manager : new String[] {"kubectl-edit", "kubectl-patch", "kubectl-set"}) {
      String entries = other(manager, "{\"f:data\": {\".\": {}, \"f:b\": {}}}");

      assertThat(fold(entries, "{}", true))
          .contains(
              read(
                  "["
                      + OURS.formatted("{\"f:data\": {\".\": {}, \"f:b\": {}, \"f:a\": {}}}")
                      + "]"));
      assertThat(fold(entries, "{}", false)).isEmpty();
    }
  }

  @Test
  void leavesToTheApplyWhatGitStatesOtherwise() throws IOException {
    String live =
        """
        {"metadata": {"managedFields": [{"manager": "kubectl-edit", "operation": "Update",
           "fieldsV1": {"f:spec": {"f:seconds": {}, "f:list": {"k:{\\"name\\":\\"a\\"}": {"f:image": {}}}}}}]},
         "spec": {"seconds": 5, "list": [{"name": "a", "image": "2"}]}}
        """;
    String desired = "{\"spec\": {%s \"list\": [{\"name\": \"a\", \"image\": \"1\"}]}}";

    assertThat(foldLive(live, desired.formatted("\"seconds\": 3,"))).isEmpty();
    assertThat(foldLive(live, desired.formatted("\"seconds\": 5,")))
        .as("the same value would stay when Git drops it")
        .isPresent();
    assertThat(foldLive(live, desired.formatted("")))
        .as("a field that Git does not state would stay")
        .isPresent();
  }

  private static Optional<JsonNode> foldLive(String live, String desired) throws IOException {
    return FieldFold.fold(
            read(live), read(desired), Precedence.of(true), IgnoredFields.NONE, Set.of())
        .map(JsonNode.class::cast);
  }

  @Test
  void takesOverTheElementsThatUnknownManagersAddedToListsInGit() throws IOException {
    String entries =
        other(
            "Mozilla",
            """
            {"f:spec": {"f:type": {}, "f:ports": {
              "k:{\\"port\\":1}": {".": {}, "f:name": {}},
              "k:{\\"port\\":2}": {".": {}, "f:name": {}, "f:port": {}}}}}
            """
                .replace("\\\\", "\\"));

    JsonNode folded = fold(entries, "{\"spec\": {\"ports\": [{\"port\": 1}]}}", true).orElseThrow();

    assertThat(folded.at("/0/fieldsV1/f:spec"))
        .isEqualTo(
            read(
                "{\"f:ports\": {\"k:{\\\"port\\\":2}\":"
                    + " {\"f:name\": {}, \"f:port\": {}, \".\": {}}}}"));
    assertThat(folded.at("/1/fieldsV1/f:spec"))
        .isEqualTo(
            read(
                "{\"f:type\": {}, \"f:ports\": {\"k:{\\\"port\\\":1}\":"
                    + " {\".\": {}, \"f:name\": {}}}}"));
    assertThat(fold(entries, "{\"spec\": {}}", true)).isEmpty();
  }

  @Test
  void leavesTheFieldsOfControllers() throws IOException {
    String fields = "{\"f:data\": {\"f:b\": {}}, \"f:ports\": {\"v:1\": {}}}";
    for (String manager : new String[] {"kube-controller-manager", "cainjector", "my-operator"}) {
      assertThat(fold(other(manager, fields), "{\"ports\": []}", true)).isEmpty();
    }
    assertThat(
            fold(
                """
                [{"manager": "own-status", "operation": "Update", "fieldsV1": %s},
                 {"manager": "own-status", "operation": "Update", "subresource": "status",
                  "fieldsV1": {"f:status": {}}},
                 {"manager": "scaler", "operation": "Update", "subresource": "scale",
                  "fieldsV1": {"f:spec": {"f:replicas": {}}}}]
                """
                    .formatted(fields),
                "{\"ports\": []}",
                true))
        .isEmpty();
  }

  @Test
  void keepsARestartAndWhatIsFilledInTheCluster() throws IOException {
    String kept =
        """
        {"f:spec": {"f:replicas": {}, "f:template": {"f:metadata": {"f:annotations": {
           ".": {}, "f:kubectl.kubernetes.io/restartedAt": {}}}}},
         "f:metadata": {"f:finalizers": {"v:\\"a\\"": {}}},
         "f:webhooks": {"f:clientConfig": {"f:caBundle": {}}}}
        """
            .replace("\\\\", "\\");

    JsonNode after =
        fold(
                other(
                    "kubectl-rollout",
                    kept.replace("\"f:replicas\"", "\"f:a\": {}, \"f:replicas\"")),
                "{}",
                true)
            .orElseThrow();

    assertThat(after.at("/0/fieldsV1/f:spec/f:a").isObject()).isTrue();
    assertThat(after.at("/1/fieldsV1")).isEqualTo(read(kept));
    assertThat(after.at("/0/fieldsV1").toString()).doesNotContain("restartedAt", "replicas");
  }

  @Test
  void convertsItsEntryToAnotherGroupWithTheFieldsThatTheObjectHasThere() throws IOException {
    ObjectNode live =
        live(
            """
            [{"manager": "sluice", "operation": "Apply", "apiVersion": "old.example.org/v1",
              "fieldsV1": {
                "f:metadata": {"f:labels": {".": {}, "f:a": {}, "f:gone": {}}},
                "f:renamed": {"f:x": {}},
                "f:list": {"k:{\\"name\\":\\"a\\"}": {".": {}, "f:v": {}},
                           "k:{\\"name\\":\\"b\\"}": {".": {}}}}}]
            """
                .replace("\\\\", "\\"));
    live.withObject("/metadata/labels").put("a", "x");
    live.set("list", read("[{\"name\": \"a\", \"v\": 1}]"));

    JsonNode after =
        FieldFold.fold(
                live,
                read("{\"apiVersion\": \"new.example.org/v1\"}"),
                Precedence.of(true),
                IgnoredFields.NONE,
                Set.of())
            .orElseThrow();

    assertThat(after).hasSize(1);
    assertThat(after.at("/0/apiVersion").asText()).isEqualTo("new.example.org/v1");
    assertThat(after.at("/0/fieldsV1"))
        .isEqualTo(
            read(
                """
                {"f:metadata": {"f:labels": {".": {}, "f:a": {}}},
                 "f:list": {"k:{\\"name\\":\\"a\\"}": {".": {}, "f:v": {}}}}
                """
                    .replace("\\\\", "\\")));
  }

  /** The fields of Argo CD, which otherwise counts as a controller, or as another applier. */
  @Test
  void takesOverTheFieldsOfAFormerOwner() throws IOException {
    String fields = "{\"f:data\": {\"f:b\": {}}, \"f:spec\": {\"f:replicas\": {}}}";
    ObjectNode live = live(other("argocd-controller", fields));

    for (boolean force : new boolean[] {true, false}) {
      JsonNode after =
          FieldFold.fold(
                  live,
                  read("{\"data\": {\"a\": \"1\"}}"),
                  new Precedence(force, Set.of("argocd-controller")),
                  IgnoredFields.NONE,
                  Set.of())
              .orElseThrow();

      assertThat(after.at("/0/fieldsV1"))
          .isEqualTo(read("{\"f:data\": {\"f:a\": {}, \"f:b\": {}}}"));
      assertThat(after.at("/1/fieldsV1"))
          .as("fields that nobody takes over")
          .isEqualTo(read("{\"f:spec\": {\"f:replicas\": {}}}"));
    }
    assertThat(fold(other("argocd-controller", fields), "{\"data\": {\"a\": \"1\"}}", true))
        .isEmpty();
  }

  private static Optional<JsonNode> fold(String managedFields, String desired, boolean force)
      throws IOException {
    return FieldFold.fold(
            live(managedFields), read(desired), Precedence.of(force), IgnoredFields.NONE, Set.of())
        .map(JsonNode.class::cast);
  }

  private static String other(String manager, String fields) {
    return "[%s, {\"manager\": \"%s\", \"operation\": \"Update\", \"fieldsV1\": %s}]"
        .formatted(OURS.formatted("{\"f:data\": {\"f:a\": {}}}"), manager, fields);
  }

  private static JsonNode read(String json) throws IOException {
    return Json.mapper().readTree(json);
  }

  private static ObjectNode live(String managedFields) throws IOException {
    ObjectNode live = Json.mapper().createObjectNode();
    live.putObject("metadata").set("managedFields", Json.mapper().readTree(managedFields));
    return live;
  }
}
