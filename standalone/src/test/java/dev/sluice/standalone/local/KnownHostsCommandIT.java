package dev.sluice.standalone.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code sluice known-hosts scan} of a server that runs in the test. */
class KnownHostsCommandIT {

  private final PrintStream stdout = System.out;
  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final SshServer server = SshServer.setUpDefaultServer();
  private KeyPair key;

  @BeforeEach
  void start() throws Exception {
    key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
    server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    server.setKeyPairProvider(KeyPairProvider.wrap(List.of(key)));
    server.start();
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    System.setOut(stdout);
    System.setErr(stderr);
    server.stop(true);
  }

  @Test
  void printsTheLineOfEachKeyBelowItsFingerprint() {
    assertThat(run("known-hosts", "scan", "127.0.0.1:" + server.getPort())).isZero();

    assertThat(out.toString(UTF_8).lines())
        .filteredOn(line -> !line.contains(" WARN ")) // of the SSH library, to the test's console
        .containsExactly(
            "# 127.0.0.1:%d ssh-ed25519 %s"
                .formatted(server.getPort(), KeyUtils.getFingerPrint(key.getPublic())),
            "[127.0.0.1]:%d %s"
                .formatted(server.getPort(), PublicKeyEntry.toString(key.getPublic())));
    assertThat(err.toString(UTF_8)).contains("Compare the fingerprints");
  }

  @Test
  void scansTheOtherHostsIfOneDoesNotAnswer() {
    int closed = 1; // tcpmux, which no server of a test has

    assertThat(run("known-hosts", "scan", "127.0.0.1:" + closed, "127.0.0.1:" + server.getPort()))
        .isEqualTo(1);

    assertThat(err.toString(UTF_8)).contains("127.0.0.1:1 cannot be scanned");
    assertThat(out.toString(UTF_8)).contains("ssh-ed25519");
  }

  @Test
  void refusesWhatIsNotAHost() {
    assertThat(run("known-hosts", "scan", "ssh://host/path")).isEqualTo(2);
    assertThat(run("known-hosts", "scan")).isEqualTo(2);
    assertThat(run("known-hosts")).isEqualTo(2);
  }

  private static int run(String... arguments) {
    return new CommandLineInterface(
            List.of(KnownHostsCommand.group(), KnownHostsCommand.scan()), Map.of())
        .run(arguments);
  }
}
