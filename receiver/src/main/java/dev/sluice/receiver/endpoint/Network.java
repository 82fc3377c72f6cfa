package dev.sluice.receiver.endpoint;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Block of addresses such as {@code 192.30.252.0/22} (RFC 4632), or a single address.
 *
 * @param bits length of the prefix that the addresses of the block share
 */
public record Network(InetAddress address, int bits) {

  /**
   * Parses an address, with or without {@code /bits}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Network parse(String text) {
    try {
      int slash = text.indexOf('/');
      InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int most = address.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      if (bits >= 0 && bits <= most) {
        return new Network(address, bits);
      }
    } catch (IllegalArgumentException e) {
      // reported below
    }
    throw new IllegalArgumentException("expected an address or a block such as 192.0.2.0/24");
  }

  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    if (!Arrays.equals(mine, 0, whole, theirs, 0, whole)) {
      return false;
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((mine[whole] ^ theirs[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
  }
}
