package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A proxy that opens tunnels (RFC 9110, 9.3.6), and may require basic authentication. */
public final class ConnectProxy implements AutoCloseable {

  private static final Pattern CONNECT = Pattern.compile("CONNECT ([^: ]+):(\\d+) HTTP/1\\.1\r\n");

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<String> tunnels = new CopyOnWriteArrayList<>();

  /** The {@code user:password} that it requires. */
  private volatile Optional<String> login = Optional.empty();

  public ConnectProxy() throws IOException {
    Thread.ofVirtual().start(this::serve);
  }

  public void require(String userAndPassword) {
    login = Optional.of(userAndPassword);
  }

  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Returns the hosts and ports that tunnels were opened to. */
  public List<String> tunnels() {
    return Collections.unmodifiableList(tunnels);
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> answer(client));
      } catch (IOException e) {
        // the test closes it
      }
    }
  }

  private void answer(Socket client) {
    try (client) {
      String request = head(client.getInputStream());
      Matcher connect = CONNECT.matcher(request);
      if (!connect.lookingAt()) {
        return;
      }
      Optional<String> expected =
          login.map(text -> Base64.getEncoder().encodeToString(text.getBytes(UTF_8)));
      if (expected.filter(text -> !request.contains("Basic " + text + "\r\n")).isPresent()) {
        say(
            client,
            """
            HTTP/1.1 407 Proxy Authentication Required\r
            Proxy-Authenticate: Basic realm="proxy"\r
            Content-Length: 0\r
            \r
            """);
        return;
      }
      tunnels.add(connect.group(1) + ":" + connect.group(2));
      try (Socket target = new Socket(connect.group(1), Integer.parseInt(connect.group(2)))) {
        say(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        Thread back = Thread.ofVirtual().start(() -> copy(target, client));
        copy(client, target);
        back.join();
      }
    } catch (IOException e) {
      // the client reports the broken connection
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void say(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // one side has closed the connection
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
