package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jgit.errors.TransportException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looks for the alert of a server that counts connections and never ends its handshake. */
class TlsProbeIT {

  private final TransportException reset =
      new TransportException("cannot open git-upload-pack", new SocketException("reset"));
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private ServerSocket server;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  @Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aServerThatSendsSlowlyIsLeft() throws Exception {
    assertThat(TlsProbe.explained(reset, remote())).isSameAs(reset);

    assertThat(closed.await(5, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
    assertThat(connections).hasValue(1);
  }

  @Test
  @Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aServerThatIsDownIsNotTriedAgain() {
    Exception down = new TransportException("x", new ConnectException("Connection refused"));
    Exception away = new TransportException("x", new NoRouteToHostException("No route to host"));

    assertThat(TlsProbe.explained(down, remote())).isSameAs(down);
    assertThat(TlsProbe.explained(away, remote())).isSameAs(away);
    assertThat(connections).hasValue(0);
  }

  @Test
  @Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aServerBehindAProxyIsNotTriedDirectly() {
    ProxySelector ofProcess = ProxySelector.getDefault();
    ProxySelector.setDefault(
        ProxySelector.of(InetSocketAddress.createUnresolved("proxy.example", 3128)));
    try {
      assertThat(TlsProbe.explained(reset, remote())).isSameAs(reset);
      assertThat(connections).hasValue(0);
    } finally {
      ProxySelector.setDefault(ofProcess);
    }
  }

  private Remote remote() {
    return new Remote(
        "https://127.0.0.1:%d/acme/shop".formatted(server.getLocalPort()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> drip(client));
      } catch (IOException e) {
        // the test closes it
      }
    }
  }

  /** Sends a record of TLS (RFC 8446, 5.1) of 16 KiB, ten bytes in a second. */
  private void drip(Socket client) {
    try (client) {
      OutputStream out = client.getOutputStream();
      out.write(new byte[] {22, 3, 3, 0x40, 0});
      while (true) {
        out.write(0);
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } catch (IOException e) {
      closed.countDown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
