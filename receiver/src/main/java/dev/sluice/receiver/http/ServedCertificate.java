package dev.sluice.receiver.http;

import io.vertx.core.http.HttpServer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate that a server shows; follows its files. */
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
   * Shows what is in the files now to connections that are opened from now on. A pair that does not
   * go together leaves the old one in place, and is tried again once a file has changed. Blocks;
   * one caller at a time.
   */
  void refresh() {
    PemKeyCertOptions now;
    try {
      now = certificate.read();
      unreadable = false;
    } catch (UncheckedIOException e) {
      if (!unreadable) {
        LOG.atWarn().addKeyValue("reason", e.getMessage()).log("the certificate stays as it was");
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
                    .log("the new certificate is not usable; the old one stays"));
  }
}
