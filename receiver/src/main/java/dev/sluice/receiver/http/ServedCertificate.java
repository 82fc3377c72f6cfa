package dev.sluice.receiver.http;

import io.vertx.core.http.HttpServer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificate of a server; it is reloaded when its files change. */
final class ServedCertificate {

  private static final Logger LOG = LoggerFactory.getLogger(ServedCertificate.class);

  private final Certificate certificate;
  private final HttpServer server;
  private PemKeyCertOptions latest;
  private boolean unreadable;

  ServedCertificate(Certificate certificate, HttpServer server, PemKeyCertOptions first) {
    this.certificate = certificate;
    this.server = server;
    this.latest = first;
  }

  /**
   * Loads the files if they have changed, for connections opened from now on. If certificate and
   * key do not match, the previous ones stay until a file changes again. Blocks; must not be called
   * concurrently.
   */
  void refresh() {
    PemKeyCertOptions now;
    try {
      now = certificate.read();
      unreadable = false;
    } catch (UncheckedIOException e) {
      if (!unreadable) {
        LOG.atWarn()
            .addKeyValue("reason", e.getMessage())
            .log("cannot read the certificate; the previous one stays in use");
      }
      unreadable = true;
      return;
    }
    if (now.getCertValue().equals(latest.getCertValue())
        && now.getKeyValue().equals(latest.getKeyValue())) {
      return;
    }
    latest = now;
    server
        .updateSSLOptions(Certificate.serving(now))
        .onSuccess(
            _ ->
                LOG.atInfo()
                    .addKeyValue("certificate", certificate.chain())
                    .log("the certificate was changed"))
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("certificate", certificate.chain())
                    .addKeyValue("reason", e.getMessage())
                    .log("the new certificate is not usable; the previous one stays in use"));
  }
}
