package dev.sluice.platform.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Choice of a TCP port on the loopback interface for a server that cannot choose one itself. */
public final class FreePort {

  private static final int TRIES = 100;

  /** Below are ports of well-known services. */
  private static final int FIRST = 10_000;

  /**
   * From here on, Linux gives ports to outgoing connections: one of them could take the port before
   * the server binds it.
   */
  private static final int END = 32_768;

  private FreePort() {}

  /**
   * Returns a port that nothing listens on now.
   *
   * @throws IOException if none was found
   */
  public static int find() throws IOException {
    for (int tries = 1; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        if (tries == TRIES) {
          throw new IOException("no free port was found on the loopback interface", e);
        }
      }
    }
  }
}
