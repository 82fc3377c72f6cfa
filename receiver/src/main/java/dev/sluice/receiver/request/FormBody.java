package dev.sluice.receiver.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;

/** Body of type {@code application/x-www-form-urlencoded} (WHATWG URL, section 5.1), as bytes. */
public final class FormBody {

  private static final String TYPE = "application/x-www-form-urlencoded";

  private FormBody() {}

  /** Returns whether the headers declare a form. */
  public static boolean isForm(RequestHeaders headers) {
    return headers
        .single("Content-Type")
        .filter(type -> type.toLowerCase(Locale.ROOT).startsWith(TYPE))
        .isPresent();
  }

  /**
   * Returns the decoded value of a field.
   *
   * @throws IllegalArgumentException unless the field occurs exactly once and is properly escaped;
   *     the message quotes nothing of the body
   */
  public static byte[] field(String name, byte[] body) {
    byte[] prefix = (name + "=").getBytes(US_ASCII);
    byte[] found = null;
    int start = 0;
    while (start <= body.length) {
      int end = indexOfAmpersand(body, start);
      if (startsWith(body, start, end, prefix)) {
        if (found != null) {
          throw new IllegalArgumentException("the form has the field %s twice".formatted(name));
        }
        found = decode(body, start + prefix.length, end);
      }
      start = end + 1;
    }
    if (found == null) {
      throw new IllegalArgumentException("the form has no field " + name);
    }
    return found;
  }

  private static int indexOfAmpersand(byte[] body, int from) {
    int index = from;
    while (index < body.length && body[index] != '&') {
      index++;
    }
    return index;
  }

  private static boolean startsWith(byte[] body, int start, int end, byte[] prefix) {
    return end - start >= prefix.length
        && Arrays.equals(body, start, start + prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] decode(byte[] body, int start, int end) {
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(end - start);
    for (int i = start; i < end; i++) {
      switch (body[i]) {
        case '+' -> decoded.write(' ');
        case '%' -> {
          int high = i + 2 < end ? Character.digit(body[i + 1], 16) : -1;
          int low = i + 2 < end ? Character.digit(body[i + 2], 16) : -1;
          if (high < 0 || low < 0) {
            throw new IllegalArgumentException("the form has an invalid percent escape");
          }
          decoded.write(high << 4 | low);
          i += 2;
        }
        default -> decoded.write(body[i]);
      }
    }
    return decoded.toByteArray();
  }
}
