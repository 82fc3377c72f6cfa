package dev.sluice.inputs.git;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The pack in an answer of Git's protocol version 2: the bytes of the first side band
 * (gitprotocol-v2(5), section {@code packfile}). Progress is skipped; an error of the server is an
 * {@link IOException}.
 */
final class PackStream extends InputStream {

  private static final int LENGTH = 4;
  private static final int PACK = 1;
  private static final int PROGRESS = 2;
  private static final int MAX_PACKET = 65_520;
  private static final int MAX_MESSAGE = 1_000;

  private final InputStream packets;
  private int left;
  private boolean ended;

  /** Creates the stream behind the line that begins the section. */
  PackStream(InputStream packets) {
    this.packets = packets;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (left == 0 && !ended) {
      nextPacket();
    }
    if (ended) {
      return -1;
    }
    int read = packets.read(buffer, offset, Math.min(left, length));
    if (read < 0) {
      throw new EOFException("the pack ends too early");
    }
    left -= read;
    return read;
  }

  private void nextPacket() throws IOException {
    int length = length();
    if (length == 0) {
      ended = true;
      return;
    }
    int band = packets.read();
    left = length - LENGTH - 1;
    if (band == PACK) {
      return;
    }
    byte[] text = packets.readNBytes(left);
    left = 0;
    if (band != PROGRESS) {
      throw new IOException(
          "the server cannot send the pack: "
              + new String(text, 0, Math.min(text.length, MAX_MESSAGE), StandardCharsets.UTF_8));
    }
  }

  /** Reads the length of the next packet; 0 if it ends the answer. */
  private int length() throws IOException {
    byte[] digits = packets.readNBytes(LENGTH);
    try {
      int length = Integer.parseInt(new String(digits, StandardCharsets.US_ASCII), 16);
      if (length == 0 || (length > LENGTH && length <= MAX_PACKET)) {
        return length;
      }
    } catch (NumberFormatException e) {
      // not the beginning of a packet
    }
    throw new IOException("not an answer in packets");
  }
}
