package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import org.jspecify.annotations.Nullable;

/**
 * A repository on a forge, with its URL and credentials. Credentials are sent to the URL's host
 * only.
 *
 * @param ssh the key and known hosts for a URL of SSH
 * @param https certificates, proxy and GitHub App for a URL of HTTPS
 * @param artifact where the artifacts are; empty for a Git repository
 */
record Remote(
    String url,
    Optional<SecretReference> credentials,
    Optional<SshAccess> ssh,
    Optional<HttpsAccess> https,
    Optional<Artifacts.Place> artifact) {

  private static final Set<String> SCHEMES = Set.of("file", "http", "https", "ssh");

  /** The user name that forges expect with a bare token. */
  static final String TOKEN_USER = "x-access-token";

  private static final int IDLE_TIMEOUT_SECONDS = 30;
  private static final String ALL_TAGS = Constants.R_TAGS + "*";
  private static final int MAX_TAGS = 100_000;

  static Remote of(SourceSpec source) {
    return new Remote(
        source.url(),
        source.credentials(),
        source.ssh(),
        source.https(),
        Artifacts.Place.of(source));
  }

  static Remote of(RemotePolicy.Base base) {
    return new Remote(base.url(), base.credentials(), base.ssh(), base.https(), Optional.empty());
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

  private static @Nullable String scheme(URIish uri) {
    return uri.getScheme() == null && uri.getHost() != null ? "ssh" : uri.getScheme();
  }

  boolean isOfSsh() {
    try {
      return "ssh".equals(scheme(new URIish(url)));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Returns the GitHub App whose tokens are the credentials. */
  Optional<GithubApp> githubApp() {
    return https.flatMap(HttpsAccess::githubApp);
  }

  Transport open(Repository mirror, Optional<Login> login) throws URISyntaxException, IOException {
    URIish uri = new URIish(url);
    String scheme = scheme(uri);
    if (scheme == null || !SCHEMES.contains(scheme)) {
      throw new URISyntaxException(
          uri.setPass(null).toString(), "not a file, http, https or ssh URL");
    }
    if (scheme.equals("file")) {
      ObjectFormats.requireSha1(new File(uri.getPath()));
    }
    Transport transport = Transport.open(mirror, uri);
    if (!scheme.equals("file")) {
      transport.setTimeout(IDLE_TIMEOUT_SECONDS); // takes a thread, which local pipes do not need
    }
    transport.setTagOpt(TagOpt.NO_TAGS);
    transport.setCredentialsProvider(provider(login));
    switch (transport) {
      case TransportHttp http -> {
        http.setHttpConnectionFactory(new SameHost(uri, https.orElse(HttpsAccess.DEFAULT)));
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

  /** Returns the tags, without fetching them. */
  TagList tags(Repository mirror, Optional<Login> login, RepositoryId repository)
      throws URISyntaxException, IOException {
    Map<String, Set<CommitId>> tags = new HashMap<>();
    try (Transport transport = open(mirror, login);
        FetchConnection connection =
            transport.openFetch(List.of(new RefSpec(ALL_TAGS + ":" + ALL_TAGS)))) {
      for (Ref ref : connection.getRefs()) {
        if (ref.getName().startsWith(Constants.R_TAGS) && ref.getObjectId() != null) {
          tags.put(
              ref.getName().substring(Constants.R_TAGS.length()),
              Stream.of(ref.getObjectId(), ref.getPeeledObjectId())
                  .filter(Objects::nonNull)
                  .map(ObjectIds::commit)
                  .collect(Collectors.toSet()));
        }
      }
    }
    return tags.size() <= MAX_TAGS
        ? new TagList.Listed(tags)
        : new TagList.Unreadable(
            new FetchOutcome.Failed(
                SourceFailure.REPOSITORY_UNREADABLE,
                "%s has more than %,d tags, too many for a range of versions: delete some, or follow a branch or a single tag"
                    .formatted(repository, MAX_TAGS),
                /* retryable= */ false));
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
}
