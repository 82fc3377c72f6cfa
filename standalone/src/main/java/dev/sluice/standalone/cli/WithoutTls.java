package dev.sluice.standalone.cli;

import java.security.KeyManagementException;
import java.security.Provider;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The TLS context of a client that connects only without TLS. A client needs one in any case, and
 * the JDK's own reads certificate authorities and checks every cipher when it is created.
 */
final class WithoutTls extends SSLContextSpi {

  private WithoutTls() {}

  static SSLContext context() {
    return new SSLContext(new WithoutTls(), new None(), "none") {};
  }

  private static final class None extends Provider {
    private static final long serialVersionUID = 1L;

    private None() {
      super("none", "1", "no TLS");
    }
  }

  @Override
  protected SSLParameters engineGetDefaultSSLParameters() {
    return new SSLParameters(new String[0], new String[0]);
  }

  @Override
  protected SSLParameters engineGetSupportedSSLParameters() {
    return engineGetDefaultSSLParameters();
  }

  @Override
  protected void engineInit(KeyManager[] keys, TrustManager[] trusted, SecureRandom random)
      throws KeyManagementException {
    throw new KeyManagementException(refusal());
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    throw refusal();
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    throw refusal();
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    throw refusal();
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String host, int port) {
    throw refusal();
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    throw refusal();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    throw refusal();
  }

  private static UnsupportedOperationException refusal() {
    return new UnsupportedOperationException("the URL of this client has the scheme http");
  }
}
