package dev.sluice.dispatcher.archive;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Compression of the archive's objects, such that other programs can read them. Bytes that cannot
 * be compressed grow by less than a thousandth and 20 bytes.
 */
final class Gzip {

  private Gzip() {}

  static byte[] compress(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 2 + 64);
    try (GZIPOutputStream stream = new GZIPOutputStream(compressed)) {
      stream.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("a memory buffer cannot fail", e);
    }
    return compressed.toByteArray();
  }

  /**
   * Returns the original bytes.
   *
   * @param most the largest size that they can have; the result has one byte more if they are
   *     larger
   * @throws IOException if the bytes are not compressed, or are damaged
   */
  static byte[] decompress(byte[] compressed, int most) throws IOException {
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return stream.readNBytes(most + 1);
    }
  }
}
