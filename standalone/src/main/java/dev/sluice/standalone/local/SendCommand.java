package dev.sluice.standalone.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.inputs.git.LocalRepository;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.receiver.payload.GenericPayloads;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.TimedRequest;
import dev.sluice.standalone.cli.Visible;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** {@code sluice send}: sends a signed delivery to an endpoint of forge {@code generic}. */
public final class SendCommand {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final String NONE = "0".repeat(40);

  private static final Setting<URI> URL =
      Setting.uri("url", "URL of the endpoint, such as https://HOST/webhooks/NAME");
  private static final Setting<SecretReference> SECRET =
      Setting.of(
          "secret", "REF", "the endpoint's secret: env:NAME or file:PATH", SecretReference::new);
  private static final Setting<String> REPOSITORY =
      Setting.text("repository", "PATH", "the repository's path on the endpoint's host");
  private static final Setting<GitRef> REF =
      Setting.of(
          "ref",
          "REF",
          "the ref that changed: a branch, or a full ref such as refs/tags/v1",
          GitRef::parse);
  private static final Setting<String> BEFORE =
      Setting.of(
              "before",
              "ID",
              "the commit before the change, or its first seven digits or more; zeros if the ref"
                  + " was created",
              SendCommand::digits)
          .or(NONE);
  private static final Setting<String> AFTER =
      Setting.of(
          "after",
          "ID",
          "the commit after the change, or its first seven digits or more; zeros if the ref was"
              + " deleted",
          SendCommand::digits);
  private static final Setting<Path> CHECKOUT =
      Setting.path(
              "checkout", "a checkout or bare clone, in which abbreviated commit ids are looked up")
          .or(".");
  private static final Setting<Optional<String>> ACTOR =
      Setting.text("actor", "NAME", "who changed it").optional();
  private static final Setting<Optional<String>> DELIVERY =
      Setting.text(
              "delivery",
              "ID",
              "the delivery's id; repeat it to send the delivery again (default: random)")
          .optional();

  private static final Setting<Duration> TIMEOUT =
      Setting.duration("timeout", "time limit for the endpoint's answer").or("10s");

  private SendCommand() {}

  public static Command command() {
    return new Command(
        "send",
        "Sends a signed delivery to a webhook endpoint of forge=generic, and prints the answer.",
        List.of(URL, SECRET, REPOSITORY, REF, BEFORE, AFTER, CHECKOUT, ACTOR, DELIVERY, TIMEOUT),
        SendCommand::send);
  }

  private static int send(SettingValues values)
      throws IOException, InterruptedException, GeneralSecurityException {
    byte[] body = body(values);
    HttpRequest request =
        HttpRequest.newBuilder(values.get(URL))
            .header("Content-Type", "application/json")
            .header(
                GenericPayloads.DELIVERY,
                values.get(DELIVERY).orElseGet(() -> UUID.randomUUID().toString()))
            .header(GenericPayloads.SIGNATURE, signature(values.get(SECRET).resolve(), body))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
    try {
      HttpResponse<String> answer =
          TimedRequest.send(
              http, request, HttpResponse.BodyHandlers.ofString(), values.get(TIMEOUT));
      System.out.println(Visible.line(answer.statusCode() + " " + answer.body()));
      return answer.statusCode() / 100 == 2 ? 0 : 1;
    } catch (TimeoutException e) {
      throw new ExitException(
          ExitException.NO_ANSWER,
          "%s has not answered in full within --timeout: send it again with the same --delivery"
              .formatted(values.get(URL)));
    } catch (IOException e) {
      throw new ExitException(
          1, "%s does not answer: is it running, and is --url right?".formatted(values.get(URL)));
    } finally {
      http.shutdownNow();
    }
  }

  private static byte[] body(SettingValues values) throws IOException {
    Map<String, String> fields = new TreeMap<>();
    fields.put("repository", values.get(REPOSITORY));
    fields.put("ref", values.get(REF).value());
    fields.put("before", full(BEFORE, values));
    fields.put("after", full(AFTER, values));
    values.get(ACTOR).ifPresent(actor -> fields.put("actor", actor));
    return Json.mapper().writeValueAsBytes(fields);
  }

  /** Parses a commit id, of which at least the first seven digits are there. */
  private static String digits(String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{7,64}")) {
      throw new IllegalArgumentException(
          "expected a commit id, or its first seven digits or more, not '%s'".formatted(text));
    }
    return digits;
  }

  /** Returns the full commit id, which the checkout has if it is abbreviated. */
  private static String full(Setting<String> setting, SettingValues values) {
    String digits = values.get(setting);
    if (digits.equals(NONE) || CommitId.ifFull(digits).isPresent()) {
      return digits;
    }
    Path checkout = values.get(CHECKOUT);
    try (LocalRepository repository = LocalRepository.open(checkout)) {
      String commit = repository.commit(digits).value();
      if (commit.startsWith(digits)) {
        return commit;
      }
    } catch (MirrorException | IllegalArgumentException _) {
      // the message below says it
    }
    throw new ExitException(
        2,
        "%s: no commit, or several, of the repository at '%s' begin with %s: give the full id, or --checkout PATH"
            .formatted(setting.option(), checkout, digits));
  }

  private static String signature(String secret, byte[] body) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
  }
}
