package dev.sluice.standalone.init;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.init.DeliveryState.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryStateTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant NOW = START.plusSeconds(60);

  private static final String PUSH =
      "{type: ref-changed, at: '2026-01-01T12:00:57Z', endpoint: github, repository:"
          + " github.com/acme/shop, ref: refs/heads/main, commit: 0123456789abcdef, followed: true,"
          + " applications: 2}";
  private static final String REFUSED =
      "{at: '2026-01-01T12:00:50Z', delivery: d-1, sender: 192.0.2.7, note: unauthenticated}";
  private static final String PING =
      "{at: '2026-01-01T12:00:55Z', delivery: d-2, sender: 192.0.2.7, note: ping}";

  @Test
  void aPushHasArrived() throws Exception {
    assertThat(judge(receiver("{}"), List.of(PUSH), List.of()))
        .isEqualTo(
            new Verdict.Arrived(
                "push webhook of github.com/acme/shop arrived 3 s ago at the endpoint github,"
                    + " signature valid: refs/heads/main at 0123456789; 2 applications follow it"));
  }

  @Test
  void aDeliveryWithAnotherSecretIsWrong() throws Exception {
    assertThat(judge(receiver("{refused: %s}".formatted(REFUSED)), List.of(), List.of()))
        .isInstanceOf(Verdict.Wrong.class)
        .extracting(Verdict::text)
        .asString()
        .startsWith(
            "a delivery arrived at the endpoint github 10 s ago from 192.0.2.7 (delivery d-1), but"
                + " was refused: unauthenticated; the secret there is not the content");
  }

  @Test
  void whatWasRefusedBeforeTheStartMayBeCorrected() throws Exception {
    String before = REFUSED.replace("12:00:50", "11:00:50");

    assertThat(judge(receiver("{refused: %s}".formatted(before)), List.of(), List.of()))
        .isInstanceOf(Verdict.NotYet.class)
        .extracting(Verdict::text)
        .asString()
        .contains("60 min ago", "unauthenticated");
  }

  @Test
  void aPushAfterARefusalHasArrivedAndARefusalAfterAPushIsWrong() throws Exception {
    String refused = "{refused: %s}";

    assertThat(judge(receiver(refused.formatted(REFUSED)), List.of(PUSH), List.of()))
        .isInstanceOf(Verdict.Arrived.class);
    assertThat(
            judge(
                receiver(refused.formatted(REFUSED.replace("12:00:50", "12:00:58"))),
                List.of(PUSH),
                List.of()))
        .isInstanceOf(Verdict.Wrong.class);
  }

  @Test
  void aTestDeliveryIsNotYetAPush() throws Exception {
    assertThat(judge(receiver("{authentic: %s}".formatted(PING)), List.of(), List.of()))
        .isEqualTo(
            new Verdict.NotYet(
                "a delivery without a push arrived at the endpoint github 5 s ago (delivery d-2),"
                    + " signature valid (ping): push a commit"));
  }

  @Test
  void aDeliveryUnderAnotherNameIsWrong() throws Exception {
    assertThat(
            judge(
                receiver("{}"),
                List.of(),
                List.of(
                    "{at: '2026-01-01T12:00:58Z', repository: 'github.com:8443/acme/shop', similar:"
                        + " github.com/acme/shop}")))
        .isInstanceOf(Verdict.Wrong.class)
        .extracting(Verdict::text)
        .asString()
        .contains("names the repository github.com:8443/acme/shop");
  }

  @Test
  void withoutAnEndpointForTheRepositoryNothingCanArrive() throws Exception {
    assertThat(judge(receiver("{address: gitlab.com}"), List.of(), List.of()))
        .isInstanceOf(Verdict.Wrong.class)
        .extracting(Verdict::text)
        .asString()
        .contains("no webhook endpoint", "there are github (gitlab.com)");
    assertThat(judge(receiver("{address: github.com/acme/shopping}"), List.of(), List.of()))
        .isInstanceOf(Verdict.Wrong.class);
  }

  @Test
  void nothingHasArrived() throws Exception {
    assertThat(judge(receiver("{}"), List.of(), List.of()))
        .isEqualTo(
            new Verdict.NotYet("no delivery has arrived at the endpoint github (github.com)"));
    assertThat(
            judge(
                "{parts: [{part: receiver, state: silent, endpoints: []}]}", List.of(), List.of()))
        .isEqualTo(new Verdict.NotYet("no receiver has reported: is 'sluice up' running?"));
  }

  private static Verdict judge(String status, List<String> deliveries, List<String> unfollowed)
      throws JsonProcessingException {
    return new DeliveryState("github.com/acme/shop", json(status), all(deliveries), all(unfollowed))
        .judge(START, NOW);
  }

  private static String receiver(String endpoint) {
    String fields = endpoint.substring(1, endpoint.length() - 1);
    String address = fields.contains("address") ? "" : "address: github.com";
    return "{parts: [{part: receiver, state: running, endpoints: [{endpoint: github%s%s}]}]}"
        .formatted(address.isEmpty() ? "" : ", " + address, fields.isEmpty() ? "" : ", " + fields);
  }

  private static List<JsonNode> all(List<String> texts) throws JsonProcessingException {
    List<JsonNode> all = new ArrayList<>();
    for (String text : texts) {
      all.add(json(text));
    }
    return all;
  }

  private static JsonNode json(String yaml) throws JsonProcessingException {
    return Json.mapper().valueToTree(new YAMLMapper().readTree(yaml));
  }
}
