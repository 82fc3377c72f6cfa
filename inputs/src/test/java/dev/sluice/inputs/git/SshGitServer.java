package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.AbstractCommandSupport;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.UploadPack;

/** An SSH server that serves one repository to one user key, as a forge does. */
public final class SshGitServer implements AutoCloseable {

  private static final Pattern UPLOAD = Pattern.compile("git-upload-pack '/?(.+)'");

  private final SshServer server = SshServer.setUpDefaultServer();
  private final Path repository;

  /** Starts a server with these host keys at a free port of the loopback address. */
  public SshGitServer(Path repository, PublicKey user, List<KeyPair> hostKeys) throws IOException {
    this(repository, user, hostKeys, 0);
  }

  /** Starts a server at a port of the loopback address. */
  public SshGitServer(Path repository, PublicKey user, List<KeyPair> hostKeys, int port)
      throws IOException {
    this.repository = repository;
    server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    server.setPort(port);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKeys));
    server.setPublickeyAuthenticator((_, key, _) -> KeyUtils.compareKeys(key, user));
    server.setCommandFactory((_, command) -> new Upload(command));
    server.start();
  }

  public int port() {
    return server.getPort();
  }

  public String url() {
    return "ssh://git@127.0.0.1:%d/team/shop.git".formatted(port());
  }

  /** Returns the line of {@code known_hosts} for a host key at this server's address. */
  public String knownHost(KeyPair hostKey) {
    return "[127.0.0.1]:%d %s%n".formatted(port(), PublicKeyEntry.toString(hostKey.getPublic()));
  }

  @Override
  public void close() throws IOException {
    server.stop(true);
  }

  private final class Upload extends AbstractCommandSupport {

    Upload(String command) {
      super(command, (CloseableExecutorService) null);
    }

    @Override
    public void run() {
      int status = 1;
      Matcher matcher = UPLOAD.matcher(getCommand());
      try {
        if (matcher.matches() && matcher.group(1).equals("team/shop.git")) {
          try (Repository served = new FileRepository(repository.toFile())) {
            new UploadPack(served).upload(getInputStream(), getOutputStream(), getErrorStream());
            status = 0;
          }
        } else {
          getErrorStream().write("repository does not exist\n".getBytes(UTF_8));
          getErrorStream().flush();
        }
      } catch (IOException e) {
        // the client reports the broken connection
      }
      onExit(status);
    }
  }
}
