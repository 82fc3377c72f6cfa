package dev.sluice.worker.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.yaml.Allowance;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small texts that expand to much, and large texts that contain little. */
class HostileManifestsTest {

  private static final String HEAD =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n";

  /** Allocated bytes, measured without the allocations of classes and caches on first use. */
  private static final int SMALL = 200_000;

  private static final int TIMES = 10;
  private static final double AT_MOST = 1.5 * TIMES;
  private static final long BOMB_MAY_ALLOCATE = 32L << 20;

  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static Stream<Arguments> bombs() {
    return Stream.of(
        bomb("nested lists", "[lol, lol]", "[%s]", ", "),
        bomb("nested mappings", "{a: lol}", "{%s}", ", "),
        bomb("merge keys", "{a: lol}", "{<<: [%s], k%d: v}", ", "),
        Arguments.of(
            "a long text",
            "v: &v \"%s\"\nw: [%s]\n".formatted(x(2_000), refs("v", 500))
                + "y: &y [%s]\nz: [%s]\n".formatted(refs("v", 200), refs("y", 200))),
        Arguments.of(
            "empty mappings",
            "e: &e [%s]\nf: &f [%s]\ng: [%s]\n"
                .formatted("{}, ".repeat(200), refs("e", 200), refs("f", 200))),
        Arguments.of(
            "aliases as keys",
            "k: &k %s\nv: {%s}\nw: &w {? *k : 1}\nx: &x [%s]\ny: [%s]\n"
                .formatted(x(900), "? *k : 1", refs("w", 200), refs("x", 200))));
  }

  private static Arguments bomb(String name, String first, String level, String separator) {
    StringBuilder text = new StringBuilder("l0: &l0 " + first + "\n");
    for (int i = 1; i < 20; i++) {
      int below = i - 1;
      String references =
          IntStream.range(0, 10)
              .mapToObj(
                  j ->
                      name.equals("nested mappings")
                          ? "k%d: *l%d".formatted(j, below)
                          : "*l" + below)
              .collect(Collectors.joining(separator));
      text.append("l%d: &l%d ".formatted(i, i)).append(level.formatted(references, i)).append('\n');
    }
    return Arguments.of(name, text.toString());
  }

  private static String refs(String anchor, int count) {
    return "*%s, ".formatted(anchor).repeat(count);
  }

  private static String x(int count) {
    return "x".repeat(count);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void aSmallTextWithHugeAliasesIsRefusedBeforeItIsExpanded(String name, String bomb) {
    assertThat(bomb).hasSizeLessThan(7_000);
    refused(HEAD + bomb);

    long before = memory.getCurrentThreadAllocatedBytes();
    Failure failure = refused(HEAD + bomb);

    assertThat(failure.code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(failure.message())
        .startsWith("bad.yaml, line ")
        .contains("with its aliases expanded");
    assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(BOMB_MAY_ALLOCATE);
  }

  @Test
  void aliasesThatNestTooDeepOrRecurseAreRefused() {
    StringBuilder deep = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 5_000; i++) {
      deep.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
    }

    assertThat(refused(HEAD + deep).message()).contains("aliases nest it deeper than 100");
    assertThat(refused(HEAD + "a: &a {b: [*a]}\n").code()).isEqualTo(RenderFailure.UNREADABLE);
    assertThat(refused(HEAD + "a: &a {<<: *a}\n").code()).isEqualTo(RenderFailure.UNREADABLE);
  }

  @Test
  void anObjectMayBeAsLargeAsAnApiServerAcceptsAndNoLarger() throws Exception {
    String most = x(Allowance.MAX_OBJECT - 200);

    assertThat(ManifestReader.read(HEAD + "data: {a: " + most + "}\n", "a.yaml")).hasSize(1);
    Failure failure = refused(HEAD + "data:\n  a: " + most + "\n  b: " + x(300) + "\n");
    assertThat(failure.code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(failure.message()).contains("3 MiB of JSON");
    assertThat(failure.object().orElseThrow().name()).isEqualTo("a");
  }

  @Test
  void theItemsOfAListAndTheDocumentsOfATextCountTogether() {
    String item = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a%d}, data: {a: *big}},\n";
    String list =
        "apiVersion: v1\nkind: List\nbig: &big \"%s\"\nitems: [\n".formatted(x(1 << 20))
            + IntStream.range(0, 40).mapToObj(item::formatted).collect(Collectors.joining())
            + "]\n";
    String documents =
        IntStream.range(0, 40)
            .mapToObj(i -> HEAD + "data:\n  a: " + x(900_000) + "\n---\n")
            .collect(Collectors.joining());

    assertThat(refused(list).message()).contains("32 MiB of JSON");
    assertThat(refused(documents).code()).isEqualTo(SourceFailure.TOO_LARGE);
  }

  @Test
  void manyEmptyValuesAreRefusedThoughTheyAreShort() {
    assertThat(refused(HEAD + "a: [\n" + "{},\n".repeat(2_100_000) + "]\n").message())
        .contains("2000000 values");
    String json = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[%s{}]}";
    assertThat(refused(json.formatted("{},".repeat(2_100_000))).message())
        .contains("2000000 values");
  }

  static Stream<Arguments> scalarsOfFiveMegabytes() {
    int size = 5_000_000;
    String lines = ("  " + x(38) + "\n").repeat(size / 41);
    return Stream.of(
        Arguments.of("plain", "a: " + x(size)),
        Arguments.of("plain on lines", "a:\n" + lines),
        Arguments.of("single-quoted", "a: '" + x(size) + "'"),
        Arguments.of("double-quoted", "a: \"" + x(size) + "\""),
        Arguments.of("escapes", "a: \"" + "\\n".repeat(size / 2) + "\""),
        Arguments.of("literal in one line", "a: |\n  " + x(size)),
        Arguments.of("literal", "a: |\n" + lines),
        Arguments.of("folded", "a: >\n" + lines),
        Arguments.of("number", "a: " + "9".repeat(size)),
        Arguments.of("key", "? " + x(size) + "\n: 1"),
        Arguments.of("comment", "a: 1 # " + x(size)),
        Arguments.of("anchor", "a: &" + x(size) + " 1"),
        Arguments.of("tag", "a: !" + x(size) + " 1"),
        Arguments.of("spaces", "a:" + " ".repeat(size) + "1"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scalarsOfFiveMegabytes")
  void aValueOfFiveMegabytesIsRefusedWithoutMuchMemory(String style, String text) {
    refused(HEAD + text);
    long before = memory.getCurrentThreadAllocatedBytes();

    Failure failure = refused(HEAD + text);

    assertThat(failure.code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(failure.message()).hasSizeLessThan(300);
    assertThat(memory.getCurrentThreadAllocatedBytes() - before)
        .isLessThan(12L * text.length() + BOMB_MAY_ALLOCATE);
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        shape("plain", n -> "data: {a: " + x(n) + "}\n"),
        shape("words", n -> "data:\n  a: " + "word ".repeat(n / 5) + "\n"),
        shape("double-quoted", n -> "data: {a: \"" + x(n) + "\"}\n"),
        shape("single-quoted", n -> "data: {a: '" + x(n) + "'}\n"),
        shape("escapes", n -> "data: {a: \"" + "\\n".repeat(n / 2) + "\"}\n"),
        shape("literal", n -> "data:\n  a: |\n" + "    abcdefghi\n".repeat(n / 14)),
        shape("folded", n -> "data:\n  a: >\n" + "    abcdefghi\n".repeat(n / 14)),
        shape("blank lines", n -> "data:\n  a: |\n" + "\n".repeat(n / 2) + "    x\n"),
        shape("comments", n -> "# abcdefg\n".repeat(n / 10)),
        shape("one comment", n -> "#" + x(n) + "\n"),
        shape("surrogates", n -> "data: {a: \"" + "\uD83D\uDE00".repeat(n / 4) + "\"}\n"),
        shape("list", n -> "a:\n" + "- 1\n".repeat(n / 20)),
        shape("list in a line", n -> "a: [" + "1,".repeat(n / 10) + "]\n"),
        shape("documents", n -> "---\n# abcdefghijklmnopqrstuvwxyz\n".repeat(n / 300)));
  }

  private static Arguments shape(String name, IntFunction<String> text) {
    return Arguments.of(name, text);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void readingTakesMemoryInProportionToTheText(String name, IntFunction<String> text)
      throws Exception {
    read(text.apply(SMALL));

    double ratio = (double) read(text.apply(TIMES * SMALL)) / read(text.apply(SMALL));

    assertThat(ratio).isLessThan(AT_MOST);
  }

  /** Returns the bytes that reading, normalising and digesting a text allocate. */
  private long read(String text) throws Exception {
    Normaliser normaliser =
        new Normaliser(
            new Ownership("i", new ApplicationName("a")), "x", (_, _) -> Optional.of(true));
    long before = memory.getCurrentThreadAllocatedBytes();
    List<Manifest> manifests = normaliser.normalise(ManifestReader.read(HEAD + text, "a.yaml"));
    assertThat(manifests.getFirst().digest()).hasSize(64);
    return memory.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void normalisingAndDigestingDoNotExpandAliases() throws Exception {
    String shared =
        HEAD + "a: &a [%s]\nb: [%s]\n".formatted("{c: d}, ".repeat(100), refs("a", 500));
    read("data: {}\n");
    Normaliser normaliser =
        new Normaliser(
            new Ownership("i", new ApplicationName("a")), "x", (_, _) -> Optional.of(true));

    List<Manifest> read = ManifestReader.read(shared, "a.yaml");
    Manifest normalised = normaliser.normalise(read).getFirst();

    assertThat(normalised.content().get("b").get(0))
        .isSameAs(normalised.content().get("b").get(499));
    assertThat(read.getFirst().content().at("/metadata/labels").isMissingNode()).isTrue();
  }

  @Test
  void aSurrogatePairMayStandAnywhere() throws Exception {
    for (int before = 900; before < 1_100; before++) {
      String text = HEAD + "data: {a: \"" + x(before) + "\uD83D\uDE00" + x(3_000) + "\"}\n";
      assertThat(ManifestReader.read(text, "a.yaml")).hasSize(1);
    }
  }

  /** Random texts of the characters and words that have a meaning in YAML. */
  @Test
  void anyTextIsReadOrRefused() {
    String[] words =
        """
        a : - ? &x *x ! !! !< % %YAML %TAG | > + 1 4 [ ] { } , ' " \\ \\x \\u \\U F # << --- ... @ ` ~ 0x . e _ / %41
        """
            .strip()
            .split(" ");
    String[] others = {" ", "\n", "\t", "\r", "\uFEFF", "\u0085", "\u2028", "\uD83D\uDE00"};
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(24); length >= 0; length--) {
        String[] from = random.nextInt(3) == 0 ? others : words;
        text.append(from[random.nextInt(from.length)]);
      }
      assertThatCode(() -> readOrRefuse(text.toString()))
          .as(text.toString())
          .doesNotThrowAnyException();
    }
  }

  private static void readOrRefuse(String text) {
    try {
      ManifestReader.read(text, "any.yaml");
    } catch (ManifestException e) {
      assertThat(e.failure().code())
          .isIn(RenderFailure.UNREADABLE, SourceFailure.TOO_LARGE, RenderFailure.INVALID_MANIFEST);
    }
  }

  private static Failure refused(String text) {
    ManifestException refusal =
        catchThrowableOfType(ManifestException.class, () -> ManifestReader.read(text, "bad.yaml"));
    assertThat(refusal).as("refused").isNotNull();
    return refusal.failure();
  }
}
