package dev.sluice.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import javax.net.ServerSocketFactory;

/** TCP proxy before a server on this machine, whose connections a test cuts, stalls or slows. */
final class TcpProxy implements AutoCloseable {

  private static final int SLOW_CHUNK = 512;
  private static final Duration SLOW_DELAY = Duration.ofMillis(50);

  /** What happens to connections. */
  private enum Mode {
    /** Everything is passed on. */
    PASSING,
    /** Everything is passed on, a few bytes at a time. */
    SLOW,
    /** Connections are accepted, and bytes are taken, but nothing is passed on. */
    STALLED,
    /** Connections are reset. */
    CUT
  }

  private final ServerSocket listening;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Mode mode = Mode.PASSING;

  private TcpProxy(ServerSocket listening, int target) {
    this.listening = listening;
    this.target = target;
  }

  /** Starts a proxy before a port of this machine. */
  static TcpProxy before(int target) throws IOException {
    return before(target, ServerSocketFactory.getDefault());
  }

  /** Starts a proxy that takes connections at a socket of this factory. */
  static TcpProxy before(int target, ServerSocketFactory sockets) throws IOException {
    TcpProxy proxy =
        new TcpProxy(sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Resets all connections, also new ones. */
  void cut() throws IOException {
    change(Mode.CUT);
  }

  /** Passes nothing on any longer, and closes nothing, as a network that loses all packets. */
  void stall() throws IOException {
    mode = Mode.STALLED;
  }

  /** Passes new connections on at a few kilobytes a second. */
  void slow() throws IOException {
    change(Mode.SLOW);
  }

  /** Resets all connections, and passes new ones on. */
  void restore() throws IOException {
    change(Mode.PASSING);
  }

  private void change(Mode next) throws IOException {
    mode = next;
    for (Socket socket : sockets) {
      reset(socket);
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = opened(listening.accept());
        if (mode == Mode.CUT) {
          reset(client);
        } else {
          Socket server = opened(new Socket(InetAddress.getLoopbackAddress(), target));
          Thread.ofVirtual().start(() -> pass(client, server));
          Thread.ofVirtual().start(() -> pass(server, client));
        }
      } catch (IOException e) {
        // the proxy is closed, or the connection is
      }
    }
  }

  private Socket opened(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16 * SLOW_CHUNK];
      while (true) {
        boolean isSlow = mode == Mode.SLOW;
        int read = in.read(buffer, 0, isSlow ? SLOW_CHUNK : buffer.length);
        if (read < 0) {
          return;
        }
        if (isSlow) {
          LockSupport.parkNanos(SLOW_DELAY.toNanos());
        }
        if (mode != Mode.STALLED) {
          out.write(buffer, 0, read);
          out.flush();
        }
      }
    } catch (IOException e) {
      // the connection was reset
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void reset(Socket socket) throws IOException {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      // it is closed
    }
    socket.close();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cut();
  }
}
