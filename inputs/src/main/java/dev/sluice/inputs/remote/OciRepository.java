package dev.sluice.inputs.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of <a
 * href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md">OCI artifacts</a>
 * in a registry. For one caller, since it keeps the token that the registry issues.
 */
final class OciRepository {

  private static final String MANIFESTS = "%s, %s".formatted(OciManifest.TYPE, OciManifest.INDEX);
  private static final String JSON_TYPE = "application/json";
  private static final long MAX_MANIFEST = 4L << 20;
  private static final int MAX_TAGS = 100_000;

  /** Registries that limit a page to 100 tags can list as many as the others. */
  private static final int MAX_PAGES = 1_000;

  private static final Pattern NEXT = Pattern.compile("<([^<>]{1,4096})>\\s*;\\s*rel=\"?next\"?");
  private static final JsonMapper JSON = new JsonMapper();

  /** Local hosts, which are accessed without TLS, as Docker does. */
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Downloads downloads;
  private final URI root;
  private final String name;
  private final Optional<String> secret;
  private Optional<Authorization> authorization = Optional.empty();

  /**
   * Creates a client of a repository.
   *
   * @param url {@code oci://HOST/PATH}
   * @throws IllegalArgumentException if the URL has no host
   */
  OciRepository(Downloads downloads, String url, Optional<String> secret) {
    this.downloads = downloads;
    this.secret = secret;
    URI uri = URI.create(url);
    if (!url.startsWith(Artifact.OCI) || uri.getHost() == null) {
      throw new IllegalArgumentException("no host");
    }
    String host = uri.getHost().equals("docker.io") ? "registry-1.docker.io" : uri.getHost();
    String scheme = THIS_MACHINE.contains(host) ? "http" : "https";
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    this.root = URI.create(scheme + "://" + host + port + "/v2/");
    this.name = uri.getRawPath().replaceFirst("^/", "");
  }

  /** Returns the tag of a version; like Helm with '_' for '+', which tags cannot have. */
  static String tag(String version) {
    return version.replace('+', '_');
  }

  /** Returns the version of a tag. */
  static String version(String tag) {
    return tag.replace('_', '+');
  }

  /**
   * Returns the digest of the manifest at a tag or digest, without the manifest; empty if the
   * registry does not say it. Docker Hub limits the number of pulls, and <a
   * href="https://docs.docker.com/docker-hub/usage/pulls/">counts</a> requests for manifests as
   * such, but not requests for their headers.
   */
  Optional<String> digest(String reference) throws RemoteException {
    Downloads.Response<byte[]> response = send(request("manifests/" + reference, MANIFESTS).head());
    if (response.status() == 429) {
      throw response.refusal();
    }
    return response.status() == 200
        ? response.header("Docker-Content-Digest")
        : Optional.empty(); // the manifest's own response says why
  }

  /**
   * Returns the manifest at a tag or digest.
   *
   * @throws RemoteException also if it has another digest
   */
  OciManifest manifest(String reference) throws RemoteException {
    Downloads.Response<byte[]> response = send(request("manifests/" + reference, MANIFESTS));
    if (response.status() == 404) {
      throw missing(reference, response);
    }
    OciManifest manifest = OciManifest.of(response.required(), name);
    if (reference.startsWith(Sha256.PREFIX) && !reference.equals(manifest.digest())) {
      throw mismatch("the manifest " + reference);
    }
    return manifest;
  }

  private RemoteException missing(String reference, Downloads.Response<byte[]> response) {
    if (new String(response.body(), StandardCharsets.UTF_8).contains("NAME_UNKNOWN")) {
      return new RemoteException(
          SourceFailure.REPOSITORY_NOT_FOUND,
          "%s has no repository '%s', or hides it: correct url, or give credentials that may pull it"
              .formatted(root.getAuthority(), name));
    }
    return new RemoteException(
        SourceFailure.VERSION_MISSING,
        "%s/%s has no tag or digest '%s'".formatted(root.getAuthority(), name, reference));
  }

  /**
   * Returns the content of a manifest's layer.
   *
   * @throws RemoteException also if it has another digest
   */
  byte[] content(String digest, OciManifest manifest) throws RemoteException {
    byte[] content =
        send(request("blobs/" + digest, "*/*", ChartRepository.MAX_ARCHIVE)).required();
    if (!digest.equals(Sha256.digest(content))) {
      throw mismatch("the content of the manifest " + manifest.digest());
    }
    return content;
  }

  private RemoteException mismatch(String what) {
    return new RemoteException(
        SourceFailure.DIGEST_MISMATCH,
        "what %s/%s sends as %s has another digest".formatted(root.getAuthority(), name, what));
  }

  /**
   * Returns all tags.
   *
   * @throws RemoteException also if there are too many
   */
  Set<String> tags() throws RemoteException {
    Set<String> tags = new HashSet<>();
    Optional<String> next = Optional.of("tags/list?n=1000");
    for (int pages = 1; next.isPresent(); pages++) {
      Downloads.Response<byte[]> page = send(request(next.get(), JSON_TYPE));
      int before = tags.size();
      try {
        JSON.readTree(page.required()).path("tags").forEach(tag -> tags.add(tag.asText()));
      } catch (IOException e) {
        throw new RemoteException(
            SourceFailure.REMOTE_INVALID,
            "%s/%s lists tags that are no JSON".formatted(root.getAuthority(), name));
      }
      if (tags.size() > MAX_TAGS || pages > MAX_PAGES) {
        throw new RemoteException(
            SourceFailure.ARTIFACT_TOO_LARGE,
            "%s/%s has more than %d tags, or more than %d pages of them: follow an exact version"
                .formatted(root.getAuthority(), name, MAX_TAGS, MAX_PAGES));
      }
      next = tags.size() == before ? Optional.empty() : page.header("Link").flatMap(this::next);
    }
    return tags;
  }

  private Optional<String> next(String link) {
    Matcher matcher = NEXT.matcher(link);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private Downloads.Request request(String path, String accept) throws RemoteException {
    return request(path, accept, MAX_MANIFEST);
  }

  private Downloads.Request request(String path, String accept, long most) throws RemoteException {
    URI uri = Downloads.resolved(root.resolve(name + "/"), path);
    if (!Authorization.isSameOrigin(uri, root)) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID,
          "%s/%s continues its list of tags at %s, which is another host"
              .formatted(root.getAuthority(), name, uri.getAuthority()));
    }
    return Downloads.Request.get(uri, authorization, accept, most);
  }

  /**
   * Sends a request; again with credentials if the registry itself asks for them, and not a host
   * that it redirects to.
   */
  private Downloads.Response<byte[]> send(Downloads.Request request) throws RemoteException {
    Downloads.Response<byte[]> response = downloads.send(request);
    if (response.status() == 401
        && authorization.isEmpty()
        && Authorization.isSameOrigin(response.uri(), root)) {
      authorization = authorization(response);
      response = downloads.send(authorization.map(request::as).orElse(request));
    }
    return response;
  }

  /** Returns credentials of a scheme that the registry accepts; empty if there are none. */
  private Optional<Authorization> authorization(Downloads.Response<byte[]> refused)
      throws RemoteException {
    List<Challenge> challenges = Challenge.of(refused.headers());
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer") && challenge.parameter("realm").isPresent()) {
        return Optional.of(Authorization.bearer(root, token(challenge)));
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
  private String token(Challenge challenge) throws RemoteException {
    URI realm = realm(root, challenge.parameter("realm").orElseThrow());
    String scope = challenge.parameter("scope").orElse("repository:" + name + ":pull");
    URI uri = challenge.tokenUri(realm, scope);
    byte[] body =
        downloads
            .send(
                Downloads.Request.get(
                    uri,
                    secret.map(one -> Authorization.basic(realm, one)),
                    JSON_TYPE,
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
