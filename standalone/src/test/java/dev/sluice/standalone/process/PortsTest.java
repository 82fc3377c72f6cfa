package dev.sluice.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.process.Ports.Port;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every port is checked before anything starts, and the message says who has it. */
class PortsTest {

  @Test
  void aPortInUseIsNamedWithItsOptionAndProcess() throws IOException {
    try (ServerSocket one = listen();
        ServerSocket two = listen()) {
      assertThatThrownBy(
              () ->
                  Ports.check(
                      List.of(
                          port("--api-port", one.getLocalPort()),
                          port("--webhook-port", 0),
                          port("--kafka-port", two.getLocalPort()))))
          .isInstanceOf(ExitException.class)
          .hasMessageContaining("cannot listen on port %d (--api-port): ", one.getLocalPort())
          .hasMessageContaining("cannot listen on port %d (--kafka-port): ", two.getLocalPort())
          .hasMessageContaining(
              Files.isReadable(Path.of("/proc/net/tcp"))
                  ? "process %d (java) listens there".formatted(ProcessHandle.current().pid())
                  : "in use");
    }
  }

  @Test
  void onePortForTwoOptionsIsRefused() throws IOException {
    int free = free();
    assertThatThrownBy(() -> Ports.check(List.of(port("--api-port", free), port("--b-port", free))))
        .hasMessage("port %d is given to both --api-port and --b-port", free);
  }

  @Test
  void aPortIsFreeAfterItsServerHasEndedWithOpenConnections() throws IOException {
    int number;
    try (ServerSocket server = listen();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      number = server.getLocalPort();
      accepted.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    assertThatCode(() -> Ports.check(List.of(port("--api-port", number))))
        .doesNotThrowAnyException();
  }

  @Test
  void anUnknownAddressIsNamed() throws IOException {
    int free = free();
    assertThatThrownBy(
            () -> Ports.check(List.of(new Port("--api-port", Optional.of("no such host"), free))))
        .hasMessageContaining("the address no such host of --api-port is unknown");
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static int free() throws IOException {
    try (ServerSocket socket = listen()) {
      return socket.getLocalPort();
    }
  }

  private static Port port(String option, int number) {
    return new Port(option, Optional.of("127.0.0.1"), number);
  }
}
