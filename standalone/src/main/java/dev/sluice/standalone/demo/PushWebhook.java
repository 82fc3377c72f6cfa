package dev.sluice.standalone.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A post-receive hook (githooks(5)): for each ref on standard input it sends a push webhook as
 * GitHub does, signed with HMAC-SHA256. Arguments: URL, full name of the repository, file with the
 * secret. The pusher sees its output as {@code remote:} lines.
 */
public final class PushWebhook {

  private static final int TIMEOUT_MS = 10_000;

  private PushWebhook() {}

  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    URI url = URI.create(arguments[0]);
    byte[] secret = Files.readString(Path.of(arguments[2])).strip().getBytes(UTF_8);
    BufferedReader updates = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = updates.readLine(); line != null; line = updates.readLine()) {
      String[] update = line.split(" ", 3);
      byte[] body = body(update[0], update[1], update[2], arguments[1], commit(update[1]));
      System.out.println("sluice: " + update[2] + ": " + send(url, body, secret));
    }
  }

  /**
   * Commit that a push event describes.
   *
   * @param author name of the author
   */
  public record Commit(String author, String message) {}

  /**
   * Returns the body of a push event, with the fields that receivers read.
   *
   * @param head the commit after the push; empty if it is unknown or the ref was deleted
   */
  public static byte[] body(
      String before, String after, String ref, String fullName, Optional<Commit> head)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("ref", ref);
      json.writeStringField("before", before);
      json.writeStringField("after", after);
      json.writeBooleanField("created", before.matches("0+"));
      json.writeBooleanField("deleted", after.matches("0+"));
      json.writeBooleanField("forced", false);
      json.writeObjectFieldStart("repository");
      json.writeNumberField("id", 1);
      json.writeStringField("full_name", fullName);
      json.writeEndObject();
      json.writeObjectFieldStart("pusher");
      json.writeStringField("name", System.getProperty("user.name"));
      json.writeEndObject();
      if (head.isPresent()) {
        json.writeObjectFieldStart("head_commit");
        json.writeStringField("id", after);
        json.writeStringField("message", head.get().message());
        json.writeObjectFieldStart("author");
        json.writeStringField("name", head.get().author());
        json.writeEndObject();
        json.writeEndObject();
      }
      json.writeArrayFieldStart("commits");
      json.writeEndArray();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /** Returns what the repository of the working directory says of a commit, if it has it. */
  private static Optional<Commit> commit(String id) {
    try {
      Process git =
          new ProcessBuilder("git", "log", "-1", "--encoding=UTF-8", "--format=%an%n%B", id, "--")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] shown = new String(git.getInputStream().readAllBytes(), UTF_8).split("\n", 2);
      return git.waitFor() == 0 && shown.length == 2
          ? Optional.of(new Commit(shown[0], shown[1]))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Returns the value of {@code X-Hub-Signature-256}. */
  public static String signature(byte[] body, byte[] secret) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
  }

  /** Sends a push event, and returns what became of it. */
  static String send(URI url, byte[] body, byte[] secret) throws GeneralSecurityException {
    try {
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(TIMEOUT_MS);
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/json");
      connection.setRequestProperty("X-GitHub-Event", "push");
      connection.setRequestProperty("X-GitHub-Delivery", UUID.randomUUID().toString());
      connection.setRequestProperty("X-Hub-Signature-256", signature(body, secret));
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body);
      }
      return connection.getResponseCode() == 202
          ? "webhook delivered (202, the event is in Kafka)"
          : "webhook answered " + connection.getResponseCode();
    } catch (IOException e) {
      return "webhook not delivered (%s); the poll of refs will find the push"
          .formatted(e.getMessage());
    }
  }
}
