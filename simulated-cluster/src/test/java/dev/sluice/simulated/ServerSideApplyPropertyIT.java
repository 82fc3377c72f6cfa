package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.ApplyModel.Answer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares random applies of three managers to one object with {@link ApplyModel}.
 *
 * <p>Every run uses the same sequences, unless the system property {@code sluice.seed} sets another
 * first seed.
 */
@Tag("kubernetes")
class ServerSideApplyPropertyIT {
  private static final long FIRST_SEED = Long.getLong("sluice.seed", 1);
  private static final int SEQUENCES = 10;
  private static final int STEPS = 12;
  private static final List<String> MANAGERS = List.of("one", "two", "three");

  /**
   * Fields that may differ between servers: generated values, fields that controllers set, and
   * defaults of releases after 1.20.
   */
  private static final List<List<String>> INCOMPARABLE =
      List.of(
          List.of("status"),
          List.of("metadata", "uid"),
          List.of("metadata", "namespace"),
          List.of("metadata", "resourceVersion"),
          List.of("metadata", "creationTimestamp"),
          List.of("metadata", "managedFields"),
          // this test applies none, and the Deployment controller stores its revision there
          List.of("metadata", "annotations"),
          List.of("spec", "template", "metadata", "creationTimestamp"),
          List.of("spec", "clusterIP"),
          List.of("spec", "clusterIPs"),
          List.of("spec", "ipFamilies"),
          List.of("spec", "ipFamilyPolicy"),
          List.of("spec", "internalTrafficPolicy"));

  private static ClusterFixture fixture;
  private static String namespace;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    namespace = fixture.namespace();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  static Stream<AppliedShape> shapes() {
    return Stream.of(AppliedShape.configMap(), AppliedShape.service(), AppliedShape.deployment());
  }

  /** Apply by one manager. */
  private record Step(String manager, Map<Place, JsonNode> intent, boolean force) {
    static List<Step> random(AppliedShape shape, long seed) {
      Random random = new Random(seed);
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        String manager = MANAGERS.get(random.nextInt(MANAGERS.size()));
        steps.add(new Step(manager, shape.randomIntent(random), random.nextBoolean()));
      }
      return steps;
    }
  }

  /** Answer of a server; the message is empty if it accepted the object. */
  private record Outcome(int code, String message) {}

  /** Object of a shape on one server. */
  private static final class Subject {
    private final ClusterFixture fixture;
    private final Manifests manifests;
    private final AppliedShape shape;
    private final String name;

    Subject(ClusterFixture fixture, String namespace, AppliedShape shape, String name) {
      this.fixture = fixture;
      this.manifests = new Manifests(fixture.client(), namespace);
      this.shape = shape;
      this.name = name;
      manifests.apply("base", skeleton().toString());
    }

    private ObjectNode skeleton() {
      ObjectNode object =
          fixture.client().getKubernetesSerialization().unmarshal(shape.base(), ObjectNode.class);
      object.put("apiVersion", shape.apiVersion()).put("kind", shape.kind());
      object.putObject("metadata").put("name", name);
      return object;
    }

    Outcome apply(Step step) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object.put("apiVersion", shape.apiVersion()).put("kind", shape.kind());
      object.putObject("metadata").put("name", name);
      step.intent().forEach((place, value) -> place.write(object, value));
      try {
        if (step.force()) {
          manifests.force(step.manager(), object.toString());
        } else {
          manifests.apply(step.manager(), object.toString());
        }
        return new Outcome(200, "");
      } catch (KubernetesClientException e) {
        return new Outcome(e.getCode(), e.getStatus() == null ? "" : e.getStatus().getMessage());
      }
    }

    JsonNode live() {
      return fixture
          .client()
          .getKubernetesSerialization()
          .convertValue(manifests.resource(skeleton().toString()).get(), ObjectNode.class);
    }

    /** Returns the state that changes if and only if a manager applies a change. */
    String version(JsonNode live) {
      // controllers also write to a real Deployment
      return shape.kind().equals("Deployment") && !fixture.isSimulated()
          ? live.at("/metadata/generation") + " " + applied(live)
          : live.at("/metadata/resourceVersion").asText();
    }
  }

  /**
   * Returns the fields that each manager of the sequences applied, in the FieldsV1 format.
   *
   * <p>The base is excluded: it owns a Service's selector as a whole, and before 1.21 key by key.
   */
  private static Map<String, JsonNode> applied(JsonNode live) {
    Map<String, JsonNode> result = new TreeMap<>();
    for (JsonNode entry : live.at("/metadata/managedFields")) {
      String manager = entry.path("manager").asText();
      if (entry.path("operation").asText().equals("Apply") && MANAGERS.contains(manager)) {
        result.put(manager, entry.path("fieldsV1"));
      }
    }
    return result;
  }

  private static String where(AppliedShape shape, long seed, int index, Step step) {
    return "%s, step %d of -Dsluice.seed=%d: %s".formatted(shape.kind(), index, seed, step);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void matchesTheModel(AppliedShape shape) {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES; seed++) {
      Subject subject = new Subject(fixture, namespace, shape, "model-" + seed);
      ApplyModel model = new ApplyModel(shape.places());
      List<Step> steps = Step.random(shape, seed);
      for (int i = 0; i < steps.size(); i++) {
        check(subject, model, steps.get(i), where(shape, seed, i, steps.get(i)));
      }
    }
  }

  private static void check(Subject subject, ApplyModel model, Step step, String where) {
    JsonNode before = subject.live();
    Answer expected = model.apply(step.manager(), step.intent(), step.force());
    Outcome outcome = subject.apply(step);
    JsonNode after = subject.live();

    assertThat(outcome.code()).as(where + "\n" + outcome).isEqualTo(expected.code());
    if (expected != Answer.TAKEN) {
      assertThat(subject.version(after)).as(where).isEqualTo(subject.version(before));
    }
    assertThat(read(subject.shape, after)).as(where).isEqualTo(model.live());
    Map<String, JsonNode> applied = applied(after);
    for (Place place : subject.shape.places()) {
      for (String manager : MANAGERS) {
        JsonNode fields = applied.getOrDefault(manager, MissingNode.getInstance());
        assertThat(place.isIn(fields))
            .as("%s%n%s owns %s in %s", where, manager, place, fields)
            .isEqualTo(model.isOwned(manager, place));
      }
    }
    if (expected == Answer.TAKEN) {
      assertThat(subject.apply(step)).as(where).isEqualTo(new Outcome(200, ""));
      assertThat(subject.version(subject.live())).as(where).isEqualTo(subject.version(after));
    }
  }

  private static Map<Place, JsonNode> read(AppliedShape shape, JsonNode live) {
    Map<Place, JsonNode> result = new LinkedHashMap<>();
    for (Place place : shape.places()) {
      place.in(live).ifPresent(value -> result.put(place, value));
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void matchesTheRealServer(AppliedShape shape) {
    assumeTrue(!fixture.isSimulated(), "there is no real server to compare with");
    try (ClusterFixture simulated = ClusterFixture.simulated()) {
      String twin = simulated.namespace();
      for (long seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES; seed++) {
        Subject real = new Subject(fixture, namespace, shape, "twin-" + seed);
        Subject made = new Subject(simulated, twin, shape, "twin-" + seed);
        List<Step> steps = Step.random(shape, seed);
        for (int i = 0; i < steps.size(); i++) {
          String where = where(shape, seed, i, steps.get(i));
          Outcome expected = real.apply(steps.get(i));
          assertThat(made.apply(steps.get(i))).as(where).isEqualTo(expected);
          assertThat(applied(made.live())).as(where).isEqualTo(applied(real.live()));
          assertThat(comparable(made.live())).as(where).isEqualTo(comparable(real.live()));
        }
      }
    }
  }

  private static JsonNode comparable(JsonNode live) {
    ObjectNode copy = live.deepCopy();
    for (List<String> path : INCOMPARABLE) {
      JsonNode at = copy;
      for (String name : path.subList(0, path.size() - 1)) {
        at = at.path(name);
      }
      if (at instanceof ObjectNode parent) {
        parent.remove(path.getLast());
      }
    }
    // the position of new elements changed in 1.27
    for (JsonNode named : copy.findParents("name")) {
      named.forEach(ServerSideApplyPropertyIT::sort);
    }
    copy.path("spec").forEach(ServerSideApplyPropertyIT::sort);
    copy.at("/spec/template/spec").forEach(ServerSideApplyPropertyIT::sort);
    return copy;
  }

  private static void sort(JsonNode value) {
    if (value instanceof ArrayNode list) {
      List<JsonNode> items = new ArrayList<>();
      list.forEach(items::add);
      items.sort(Comparator.comparing(item -> item.path("name").asText()));
      list.removeAll().addAll(items);
    }
  }
}
