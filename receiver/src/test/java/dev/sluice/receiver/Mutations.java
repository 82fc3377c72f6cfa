package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Damages deliveries: bytes, JSON and headers. The same seed produces the same damage. */
final class Mutations {

  private static final List<String> JSON =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e999999999",
          "\"\"",
          "\"boom\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\uFEFF\"",
          "9".repeat(300),
          "[".repeat(250),
          "\"" + "x".repeat(70_000) + "\"",
          "\"file:///etc/passwd\"",
          "\"http://127.0.0.1/a/b\"",
          "\"refs/heads/../../x\"",
          "\"" + "0".repeat(40) + "\"",
          "\"" + "f".repeat(64) + "\"");
  private static final List<String> VALUES =
      List.of(
          "",
          " ",
          "push",
          "sha256=",
          "Basic ",
          "\u00e9",
          "x".repeat(2_000),
          "application/json",
          "application/x-www-form-urlencoded",
          "%",
          "a,b");

  private final Random random;

  Mutations(long seed) {
    this.random = new Random(seed);
  }

  /** Returns the body, damaged in one to three places. */
  byte[] body(byte[] body) {
    byte[] damaged = body;
    for (int i = random.nextInt(3); i >= 0; i--) {
      damaged = random.nextBoolean() ? bytes(damaged) : json(damaged);
    }
    return damaged;
  }

  /** Returns the headers with one of them missing or changed. */
  Map<String, String> headers(Map<String, String> headers) {
    Map<String, String> damaged = new LinkedHashMap<>(headers);
    String name = List.copyOf(headers.keySet()).get(random.nextInt(headers.size()));
    if (random.nextBoolean()) {
      damaged.remove(name);
    } else {
      damaged.put(name, VALUES.get(random.nextInt(VALUES.size())));
    }
    return damaged;
  }

  private byte[] bytes(byte[] body) {
    int at = random.nextInt(body.length + 1);
    int until = Math.min(body.length, at + random.nextInt(20));
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(body, at);
      case 1 -> spliced(body, at, until, new byte[0]);
      case 2 -> spliced(body, at, at, Arrays.copyOfRange(body, at, until));
      default -> {
        byte[] noise = new byte[random.nextInt(8)];
        random.nextBytes(noise);
        yield spliced(body, at, until, noise);
      }
    };
  }

  /** Replaces the value of some member by another one. */
  private byte[] json(byte[] body) {
    String text = new String(body, ISO_8859_1);
    int colon = text.indexOf(':', random.nextInt(text.length() + 1));
    if (colon < 0) {
      return bytes(body);
    }
    int end = colon + 1;
    while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    byte[] value = JSON.get(random.nextInt(JSON.size())).getBytes(UTF_8);
    return spliced(body, colon + 1, end, value);
  }

  private static byte[] spliced(byte[] body, int from, int to, byte[] instead) {
    ByteArrayOutputStream spliced = new ByteArrayOutputStream();
    spliced.write(body, 0, from);
    spliced.writeBytes(instead);
    spliced.write(body, to, body.length - to);
    return spliced.toByteArray();
  }
}
