package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * OpenSSH's sshd at a free port of the loopback address, as the user of the test. Its users' keys
 * run git-shell(1) only, as a plain Git server would be set up.
 */
public final class OpenSshServer implements AutoCloseable {

  private static final String SSHD = "/usr/sbin/sshd"; // it re-executes itself by its full path

  /** The directory that sshd of root requires; systems create it with the service. */
  private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

  private static final String SHELL =
      "command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\",restrict ";

  private final Path directory;
  private final int port;
  private final Process process;

  /**
   * Starts a server whose host keys are in the directory, as files {@code host_TYPE}.
   *
   * @param hostKeys types such as {@code ed25519}
   */
  public OpenSshServer(Path directory, List<String> hostKeys) throws Exception {
    NeededProgram.check("ssh-keygen");
    NeededProgram.check("git-shell");
    NeededProgram.check("sshd");
    this.directory = directory;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    StringBuilder config =
        new StringBuilder(
            """
            Port %d
            ListenAddress 127.0.0.1
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AcceptEnv GIT_PROTOCOL
            AuthorizedKeysFile %s
            PermitRootLogin forced-commands-only
            """
                .formatted(port, directory.resolve("authorized_keys")));
    for (String type : hostKeys) {
      generate(directory.resolve("host_" + type), type, "");
      config.append("HostKey ").append(directory.resolve("host_" + type)).append('\n');
    }
    authorize("");
    if ("root".equals(System.getProperty("user.name"))) {
      Files.createDirectories(PRIVILEGE_SEPARATION);
    }
    Path file = Files.writeString(directory.resolve("sshd_config"), config.toString());
    this.process =
        new ProcessBuilder(SSHD, "-D", "-e", "-f", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("sshd.log").toFile())
            .start();
    await().until(this::answers);
  }

  private boolean answers() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException(Files.readString(directory.resolve("sshd.log")));
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Generates a key by ssh-keygen(1); the public key is in the file with the ending .pub. */
  public static Path generate(Path file, String type, String passphrase) throws Exception {
    return generate(file, type, passphrase, List.of());
  }

  /** Generates a key with more options of ssh-keygen(1), such as its form. */
  static Path generate(Path file, String type, String passphrase, List<String> more)
      throws Exception {
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".pub"));
    List<String> command =
        new ArrayList<>(
            List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString()));
    command.addAll(more);
    run(command);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  static void run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command.getFirst() + " failed: " + output);
    }
  }

  /** Permits exactly this public key. */
  public void authorize(String publicKey) throws IOException {
    Files.writeString(
        directory.resolve("authorized_keys"), publicKey.isEmpty() ? "" : SHELL + publicKey);
  }

  /** Permits exactly the public key beside a private one. */
  public void authorize(Path privateKey) throws IOException {
    authorize(Files.readString(privateKey.resolveSibling(privateKey.getFileName() + ".pub")));
  }

  /** Returns the line of {@code known_hosts} for a host key. */
  public String knownHost(String type) throws IOException {
    return "[127.0.0.1]:%d %s"
        .formatted(port, Files.readString(directory.resolve("host_" + type + ".pub")));
  }

  public int port() {
    return port;
  }

  /** Returns the URL of a repository. */
  public String url(Path repository) {
    return "ssh://%s@127.0.0.1:%d%s".formatted(System.getProperty("user.name"), port, repository);
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
