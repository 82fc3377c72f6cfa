package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.plan.LiveState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerCodecTest {

  private static final Ledger.Finished END =
      new Ledger.Finished(Instant.parse("2026-01-01T12:00:00Z"), Optional.of("plain"));

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5000})
  void decodesWhatItEncoded(int objects) throws Exception {
    Ledger ledger = ledger(objects);
    ObjectNode configMap = Json.mapper().createObjectNode();

    LedgerCodec.put(LedgerCodec.encode(ledger), configMap);

    assertThat(LedgerCodec.decode(LedgerCodec.content(configMap))).isEqualTo(ledger);
    assertThat(configMap.toString().length()).isLessThan(1024 * 1024);
  }

  /** The digests and parts of the names are random, and so cannot be compressed. */
  @Test
  void aLedgerOfFiveThousandSharedObjectsFitsIntoAConfigMap() throws Exception {
    Ledger begun = large(5_000, true);
    ObjectNode configMap = Json.mapper().createObjectNode();

    LedgerCodec.put(LedgerCodec.encode(begun), configMap);

    assertThat(LedgerSize.fits(begun)).isTrue();
    assertThat(LedgerCodec.decode(LedgerCodec.content(configMap))).isEqualTo(begun);
  }

  @Test
  void whatIsBegunCanBeFinishedAndRemoved() {
    int objects = 7_000;
    while (LedgerSize.fits(large(objects + 250, false))) {
      objects += 250;
    }
    Ledger begun = large(objects, false);
    Ledger.Header header = new Ledger.Header(new Generation(6), true, Optional.empty(), "");

    Ledger done = begun.finish(header, states(begun.inventory()), END);
    Ledger removing = done.begin(header, done.inventory(), begun.intent());

    assertThat(objects).isGreaterThan(10_000);
    assertThat(List.of(done, removing))
        .allSatisfy(
            ledger ->
                assertThat(LedgerCodec.storedBytes(LedgerCodec.encode(ledger)))
                    .isLessThan(1024 * 1024));
  }

  @Test
  void moreObjectsDoNotFit() {
    assertThat(LedgerSize.fits(large(20_000, false))).isFalse();
  }

  @Test
  void equalLedgersHaveEqualBytes() {
    assertThat(LedgerCodec.encode(large(50, false)))
        .isEqualTo(LedgerCodec.encode(large(50, false)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "null",
        "[]",
        "7",
        "{}",
        "{\"application\":\"web\"}",
        "{\"application\":\"../x\",\"phase\":\"NEW\",\"inputDigest\":\"\",\"inventory\":[],\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"inputDigest\":\"\",\"inventory\":[],\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"MELTED\",\"generation\":1,\"inputDigest\":\"\",\"inventory\":[],\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"generation\":-1,\"inputDigest\":\"\",\"inventory\":[],\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"generation\":1,\"inputDigest\":\"\",\"inventory\":{},\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"generation\":1,\"inputDigest\":\"\",\"inventory\":[null],\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"generation\":1,\"inputDigest\":\"\",\"inventory\":[{\"o\":{\"kind\":\"Pod\"},\"d\":\"\"}],\"intent\":[],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"generation\":1,\"inputDigest\":\"\",\"inventory\":[],\"intent\":[null],\"kinds\":[]}",
        "{\"application\":\"web\",\"phase\":\"DONE\",\"generation\":1,\"inputDigest\":\"\",\"inventory\":[],\"intent\":[],\"kinds\":[\"Pod\"]}"
      })
  void refusesTextThatIsNoLedger(String text) {
    assertThatThrownBy(() -> LedgerCodec.decode(text.getBytes(UTF_8)))
        .isInstanceOf(LedgerCodec.DamagedLedgerException.class);
  }

  @Test
  void refusesArchivesThatUnpackToTooMuchOrAreDamaged() throws Exception {
    ObjectNode bomb = Json.mapper().createObjectNode();
    bomb.putObject("binaryData").put("ledger", gzipped(new byte[100 * 1024 * 1024]));
    ObjectNode garbage = Json.mapper().createObjectNode();
    garbage.putObject("binaryData").put("ledger", "AAAA");
    ObjectNode nothing = Json.mapper().createObjectNode();

    assertThatThrownBy(() -> LedgerCodec.content(bomb)).hasMessageContaining("more than 16777216");
    assertThatThrownBy(() -> LedgerCodec.content(garbage)).hasMessageContaining("damaged");
    assertThatThrownBy(() -> LedgerCodec.content(nothing)).hasMessageContaining("no key");
  }

  private static String gzipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return Base64.getEncoder().encodeToString(out.toByteArray());
  }

  @Test
  void knowsWhichGenerationsAreSettled() {
    Ledger begun = ledger(1);

    Ledger done =
        begun.finish(
            new Ledger.Header(new Generation(5), false, Optional.empty(), ""),
            Inventory.EMPTY,
            END);

    assertThat(begun.hasSettled(new Generation(4))).isTrue();
    assertThat(begun.hasSettled(new Generation(5))).isFalse();
    assertThat(done.hasSettled(new Generation(5))).isTrue();
    assertThat(done.hasSettled(new Generation(6))).isFalse();
    assertThat(Ledger.unknown(begun.application()).hasSettled(Generation.FIRST)).isFalse();
  }

  @Test
  void theEndOfAGenerationIsKeptUntilTheNextBegins() throws Exception {
    Ledger.Header next = new Ledger.Header(new Generation(6), false, Optional.empty(), "");
    Ledger done = ledger(1).finish(next, Inventory.EMPTY, END);

    Ledger read = LedgerCodec.decode(LedgerCodec.encode(done));

    assertThat(read.finished()).contains(END);
    assertThat(read.withInventory(Inventory.EMPTY).finished()).contains(END);
    assertThat(read.begin(next, Inventory.EMPTY, Set.of()).finished()).isEmpty();
  }

  @Test
  void aLedgerOfAnEarlierVersionDoesNotHaveTheEnd() throws Exception {
    String before =
        """
        {"application":"web","phase":"DONE","generation":1,"inputDigest":"","inventory":[],"intent":[],"kinds":[]}\
        """;

    assertThat(LedgerCodec.decode(before.getBytes(UTF_8)).finished()).isEmpty();
  }

  private static Ledger large(int objects, boolean shared) {
    Random random = new Random(objects);
    List<InventoryEntry> entries =
        IntStream.range(0, objects)
            .mapToObj(
                i ->
                    new InventoryEntry(
                        new ObjectRef(
                            i % 2 == 0 ? "v1" : "apps/v1",
                            i % 2 == 0 ? "ConfigMap" : "Deployment",
                            "team-" + i % 40,
                            "service-%d-%08x".formatted(i, random.nextInt())),
                        hex(random),
                        false,
                        Optional.of(hex(random)).filter(_ -> shared),
                        Optional.empty(),
                        false,
                        0,
                        i % 7 == 0,
                        Optional.of(Propagation.FOREGROUND).filter(_ -> i % 11 == 0)))
            .toList();
    return Ledger.unknown(new ApplicationName("web"))
        .begin(
            new Ledger.Header(
                new Generation(5), false, Optional.of(new CommitId("1".repeat(40))), "v1:x"),
            new Inventory(entries),
            entries.stream().map(InventoryEntry::ref).collect(Collectors.toSet()));
  }

  private static Inventory states(Inventory inventory) {
    Random random = new Random(1);
    return new Inventory(
        inventory.entries().stream()
            .map(entry -> entry.left(new LiveState("f:" + hex(random).substring(0, 18))))
            .toList());
  }

  private static String hex(Random random) {
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    return HexFormat.of().formatHex(digest);
  }

  private static Ledger ledger(int objects) {
    Inventory inventory =
        new Inventory(
            IntStream.range(0, objects)
                .mapToObj(
                    i ->
                        new InventoryEntry(
                            new ObjectRef("v1", "ConfigMap", "ns", "m" + i),
                            "%064x".formatted(i * 31L),
                            false))
                .toList());
    return Ledger.unknown(new ApplicationName("web"))
        .begin(
            new Ledger.Header(
                new Generation(5), false, Optional.of(new CommitId("1".repeat(40))), "v1:x"),
            inventory,
            Set.of(new ObjectRef("v1", "ConfigMap", "ns", "m0")));
  }
}
