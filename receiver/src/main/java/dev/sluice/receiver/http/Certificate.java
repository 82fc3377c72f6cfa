package dev.sluice.receiver.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Paths of a certificate and its key, in PEM.
 *
 * @param chain the certificate, followed by its issuers
 */
public record Certificate(Path chain, Path key) {

  /**
   * Reads the current certificate and key. Blocks.
   *
   * @throws UncheckedIOException if one cannot be read
   */
  PemKeyCertOptions read() {
    try {
      return new PemKeyCertOptions()
          .setCertValue(Buffer.buffer(Files.readAllBytes(chain)))
          .setKeyValue(Buffer.buffer(Files.readAllBytes(key)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the certificate %s or its key %s cannot be read (%s)"
              .formatted(chain, key, e.getClass().getSimpleName()),
          e);
    }
  }

  static ServerSSLOptions serving(PemKeyCertOptions pair) {
    return new ServerSSLOptions()
        .setKeyCertOptions(pair)
        .setUseAlpn(true)
        .setApplicationLayerProtocols(List.of("h2", "http/1.1"));
  }
}
