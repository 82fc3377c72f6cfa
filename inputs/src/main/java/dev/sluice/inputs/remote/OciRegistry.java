package dev.sluice.inputs.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A registry with charts as <a
 * href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md">OCI artifacts</a>,
 * in the form of {@code helm push}.
 */
final class OciRegistry {

  private static final String SCHEME = "oci://";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final long MAX_MANIFEST = 4L << 20;
  private static final JsonMapper JSON = new JsonMapper();

  /** Local hosts, which are accessed without TLS, as Docker does. */
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Downloads downloads;
  private final URI root;
  private final String path;
  private final Optional<String> secret;

  /**
   * Creates a client of a registry.
   *
   * @param url {@code oci://HOST/PATH}
   */
  OciRegistry(Downloads downloads, String url, Optional<String> secret) {
    this.downloads = downloads;
    this.secret = secret;
    URI uri = URI.create(url);
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("no host");
    }
    String host = uri.getHost().equals("docker.io") ? "registry-1.docker.io" : uri.getHost();
    String scheme = THIS_MACHINE.contains(host) ? "http" : "https";
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    this.root = URI.create(scheme + "://" + host + port + "/v2/");
    this.path = uri.getRawPath().isEmpty() ? "" : uri.getRawPath().substring(1) + "/";
  }

  static boolean is(String url) {
    return url.startsWith(SCHEME);
  }

  /** Returns the archive of a chart, verified by the digest in the manifest. */
  byte[] archive(ChartId chart) throws RemoteException {
    URI artifact = root.resolve(path + chart.name() + "/");
    String tag = chart.version().replace('+', '_'); // as Helm does, because tags cannot have '+'
    Downloads.Request request =
        new Downloads.Request(
            artifact.resolve("manifests/" + tag), Optional.empty(), MANIFEST, MAX_MANIFEST);
    Downloads.Response response = downloads.get(request);
    Optional<Authorization> authorization = Optional.empty();
    if (response.status() == 401) {
      authorization = authorization(response, path + chart.name());
      response = downloads.get(authorization.map(request::as).orElse(request));
    }
    String digest = layer(response.required(), chart);
    byte[] archive =
        downloads
            .get(
                new Downloads.Request(
                    artifact.resolve("blobs/" + digest),
                    authorization,
                    "*/*",
                    ChartRepository.MAX_ARCHIVE))
            .required();
    if (!digest.equals("sha256:" + Sha256.of(archive))) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID,
          "what was downloaded for %s has another digest than its manifest says".formatted(chart));
    }
    return archive;
  }

  private static String layer(byte[] manifest, ChartId chart) throws RemoteException {
    try {
      for (JsonNode layer : JSON.readTree(manifest).path("layers")) {
        String digest = layer.path("digest").asText();
        if (layer.path("mediaType").asText().equals(CHART) && DIGEST.matcher(digest).matches()) {
          return digest;
        }
      }
    } catch (IOException e) {
      // reported below
    }
    throw new RemoteException(
        SourceFailure.REMOTE_INVALID,
        "what the registry has for %s is no Helm chart".formatted(chart));
  }

  /** Returns credentials of a scheme that the registry accepts; empty if there are none. */
  private Optional<Authorization> authorization(Downloads.Response refused, String repository)
      throws RemoteException {
    List<Challenge> challenges = Challenge.of(refused.headers());
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer") && challenge.parameter("realm").isPresent()) {
        return Optional.of(Authorization.bearer(root, token(challenge, repository)));
      }
    }
    return challenges.stream().anyMatch(challenge -> challenge.scheme().equals("basic"))
        ? secret.map(one -> Authorization.basic(root, one))
        : Optional.empty();
  }

  /**
   * Requests a token for pulling. By the <a
   * href="https://distribution.github.io/distribution/spec/auth/token/">specification</a> the
   * registry names the token service, which may be on any host, and the client authenticates there.
   * So the credentials are sent where the registry says, but never without TLS unless the registry
   * itself has none.
   */
  private String token(Challenge challenge, String repository) throws RemoteException {
    URI realm = realm(root, challenge.parameter("realm").orElseThrow());
    String scope = challenge.parameter("scope").orElse("repository:" + repository + ":pull");
    URI uri = challenge.tokenUri(realm, scope);
    byte[] body =
        downloads
            .get(
                new Downloads.Request(
                    uri,
                    secret.map(one -> Authorization.basic(realm, one)),
                    "application/json",
                    MAX_MANIFEST))
            .required();
    try {
      JsonNode response = JSON.readTree(body);
      String token = response.path("token").asText(response.path("access_token").asText());
      if (token.matches("[\\x21-\\x7e]+")) {
        return token;
      }
    } catch (IOException e) {
      // reported below without the message, which may have a secret
    }
    throw new RemoteException(
        SourceFailure.REMOTE_UNREACHABLE, "%s gives no token".formatted(Downloads.shown(realm)));
  }

  static URI realm(URI root, String given) throws RemoteException {
    URI realm = Downloads.resolved(root, given);
    if (realm.getScheme().equalsIgnoreCase("https") || root.getScheme().equals("http")) {
      return realm;
    }
    throw new RemoteException(
        SourceFailure.REMOTE_UNREACHABLE,
        "%s wants us to log in at %s, without TLS"
            .formatted(Downloads.shown(root), Downloads.shown(realm)));
  }
}
