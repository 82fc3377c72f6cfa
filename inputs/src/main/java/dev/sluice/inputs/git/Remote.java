package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.net.Proxy;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/**
 * A repository on a forge, with its URL and credentials. Credentials are sent to the URL's host
 * only.
 *
 * @param ssh the key and known hosts for a URL of SSH
 */
record Remote(String url, Optional<SecretReference> credentials, Optional<SshAccess> ssh) {

  private static final Set<String> SCHEMES = Set.of("file", "http", "https", "ssh");

  /** The user name that forges expect with a bare token. */
  private static final String TOKEN_USER = "x-access-token";

  private static final int IDLE_TIMEOUT_SECONDS = 30;

  static Remote of(SourceSpec source) {
    return new Remote(source.url(), source.credentials(), source.ssh());
  }

  static Remote of(RemotePolicy.Base base) {
    return new Remote(base.url(), base.credentials(), base.ssh());
  }

  /** User and password, which must not appear in messages. */
  record Login(String user, String password) {
    static Login parse(String secret) {
      int colon = secret.indexOf(':');
      return colon < 0
          ? new Login(TOKEN_USER, secret)
          : new Login(secret.substring(0, colon), secret.substring(colon + 1));
    }

    @Override
    public String toString() {
      return "Login[...]";
    }
  }

  /** Reads the secret at each call, because it may have been rotated. */
  Optional<Login> login() {
    return credentials.map(SecretReference::resolve).map(Login::parse);
  }

  Transport open(Repository mirror, Optional<Login> login) throws URISyntaxException, IOException {
    URIish uri = new URIish(url);
    String scheme = uri.getScheme() == null && uri.getHost() != null ? "ssh" : uri.getScheme();
    if (scheme == null || !SCHEMES.contains(scheme)) {
      throw new URISyntaxException(
          uri.setPass(null).toString(), "not a file, http, https or ssh URL");
    }
    Transport transport = Transport.open(mirror, uri);
    if (!scheme.equals("file")) {
      transport.setTimeout(IDLE_TIMEOUT_SECONDS); // takes a thread, which local pipes do not need
    }
    transport.setTagOpt(TagOpt.NO_TAGS);
    transport.setCredentialsProvider(provider(login));
    switch (transport) {
      case TransportHttp http -> {
        http.setHttpConnectionFactory(new SameHost(uri));
        login.ifPresent(l -> http.setPreemptiveBasicAuthentication(l.user(), l.password()));
      }
      case SshTransport overSsh ->
          overSsh.setSshSessionFactory(SshSessions.of(ssh.orElse(SshAccess.OF_USER)));
      default -> {}
    }
    return transport;
  }

  /** Returns the branch that {@code HEAD} names; empty if it names none. */
  Optional<GitRef> defaultBranch(Repository mirror, Optional<Login> login)
      throws URISyntaxException, IOException {
    try (Transport transport = open(mirror, login);
        FetchConnection connection = transport.openFetch(List.of(new RefSpec(Constants.HEAD)))) {
      return Optional.ofNullable(connection.getRef(Constants.HEAD))
          .filter(Ref::isSymbolic)
          .map(head -> new GitRef(head.getTarget().getName()));
    }
  }

  /**
   * Returns the name at the URL that the forge redirected a fetch to; empty if it did not, or to
   * the same name, such as with another scheme.
   */
  Optional<RepositoryId> movedTo(Transport transport) {
    return transport instanceof TransportHttp http
            && http.getHttpConnectionFactory() instanceof SameHost connections
        ? connections.redirectedTo().flatMap(this::otherName)
        : Optional.empty();
  }

  private Optional<RepositoryId> otherName(String redirect) {
    try {
      return Optional.of(RepositoryId.fromUrl(redirect))
          .filter(name -> !name.equalsIgnoringCase(RepositoryId.fromUrl(url)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not the URL of a repository
    }
  }

  private static CredentialsProvider provider(Optional<Login> login) {
    return new UsernamePasswordCredentialsProvider(
        login.map(Login::user).orElse(""), login.map(Login::password).orElse(""));
  }

  /**
   * Refuses every connection to another host or port, so that a redirect cannot carry credentials
   * away.
   */
  private static final class SameHost implements HttpConnectionFactory {

    private static final String ADVERTISEMENT = "/info/refs?service=git-upload-pack";

    private final URIish origin;
    private Optional<String> advertised = Optional.empty();

    SameHost(URIish origin) {
      this.origin = origin;
    }

    /** Returns the last URL that the refs were read from, if it is not the first one. */
    Optional<String> redirectedTo() {
      String first = origin.setUser(null).setPass(null).toString().replaceFirst("/+$", "");
      return advertised.filter(url -> !url.equals(first));
    }

    @Override
    public HttpConnection create(URL target) throws IOException {
      return new JDKHttpConnectionFactory().create(checked(target));
    }

    @Override
    public HttpConnection create(URL target, Proxy proxy) throws IOException {
      return new JDKHttpConnectionFactory().create(checked(target), proxy);
    }

    private URL checked(URL target) throws RedirectedElsewhereException {
      int port = origin.getPort() < 0 ? defaultPort(origin.getScheme()) : origin.getPort();
      int targetPort = target.getPort() < 0 ? target.getDefaultPort() : target.getPort();
      if (!target.getHost().equalsIgnoreCase(origin.getHost()) || targetPort != port) {
        throw new RedirectedElsewhereException(target.getHost(), targetPort);
      }
      String asked = target.toString();
      if (asked.endsWith(ADVERTISEMENT)) {
        advertised = Optional.of(asked.substring(0, asked.length() - ADVERTISEMENT.length()));
      }
      return target;
    }

    private static int defaultPort(String scheme) {
      return scheme.equals("https") ? 443 : 80;
    }
  }

  static final class RedirectedElsewhereException extends IOException {
    private static final long serialVersionUID = 1L;

    RedirectedElsewhereException(String host, int port) {
      super("it redirects to another host or port, %s:%d".formatted(host, port));
    }
  }
}
