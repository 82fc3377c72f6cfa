package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.ProxyLogins;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reader of {@code Repository} documents. Two with the same canonical name and different URLs are
 * both refused: the state of one would be mistaken for the other's. So are two with different
 * credentials for the same proxy, which has one login in a process.
 */
final class RepositoryDocuments {

  private static final Pattern URL =
      Pattern.compile("(https?|ssh|file)://\\S+|(?:[^@/\\s:]+@)?[^/:@\\s]+:(?!//)\\S+");
  private static final Pattern PASSWORD_IN_URL =
      Pattern.compile("(https?|oci)://[^/]*@.*|\\w+://[^/]*:[^/]*@.*");

  /** Azure DevOps URL, which has the organization in place of a user or a token. */
  private static final Pattern ORGANIZATION_IN_URL =
      Pattern.compile("(?i)https://([^/:@]+)@dev\\.azure\\.com/\\1/.*");

  private static final Pattern SCHEME = Pattern.compile("(?i)(https?|ssh|oci)://");

  private static final Pattern WITHOUT_SSH = Pattern.compile("(https?|file)://.*");

  private record Read(FleetDocument document, FleetRepository repository) {}

  private final Map<RepositoryId, List<Read>> byName = new HashMap<>();

  /** Reads a document; errors become problems of the document. */
  void read(String name, FleetDocument document, Fields spec) {
    Optional<String> url = spec.required("url", RepositoryDocuments::url);
    Optional<Forge> forge = spec.text("forge", RepositoryDocuments::forge);
    Optional<SecretReference> credentials = spec.text("credentials", SecretReference::new);
    Optional<SshAccess> ssh = ssh(spec, url);
    Optional<HttpsAccess> https = HttpsDocument.read(spec, url);
    Optional<Verification> verify =
        spec.fields("verify").flatMap(RepositoryDocuments::verification);
    Optional<Artifact> artifact = ArtifactDocument.read(spec, url);
    Optional<Duration> interval = spec.text("interval", ArtifactDocument::interval);
    Optional<RepositoryId> id =
        spec.has("identity")
            ? spec.text("identity", text -> RepositoryId.parse(text, forge))
            : url.flatMap(text -> identity(spec, text, forge, artifact));
    spec.refuseUnknown();
    if (document.isValid()) {
      FleetRepository repository =
          new FleetRepository(
              name,
              id.orElseThrow(),
              artifact.isPresent() ? ArtifactDocument.url(url.orElseThrow()) : url.orElseThrow(),
              forge,
              credentials,
              ssh,
              https,
              verify,
              artifact,
              interval);
      byName
          .computeIfAbsent(repository.id(), _ -> new ArrayList<>())
          .add(new Read(document, repository));
    }
  }

  /** Returns the valid repositories by the names that applications use. */
  Map<String, FleetRepository> repositories() {
    refuseProxyCredentials();
    Map<String, FleetRepository> repositories = new TreeMap<>();
    for (List<Read> named : byName.values()) {
      Read first = named.getFirst();
      if (named.stream().allMatch(one -> isSamePlace(first.repository(), one.repository()))) {
        named.stream()
            .filter(one -> one.document().isValid())
            .forEach(one -> repositories.put(one.repository().name(), one.repository()));
      } else {
        named.forEach(one -> refuse(one, named));
      }
    }
    return Collections.unmodifiableMap(repositories);
  }

  /** Returns the first document of each valid repository. */
  Map<RepositoryId, FleetDocuments.Document> documents() {
    Map<RepositoryId, FleetDocuments.Document> documents = new HashMap<>();
    byName.forEach((id, named) -> documents.put(id, named.getFirst().document().summary()));
    return documents;
  }

  private static boolean isSamePlace(FleetRepository one, FleetRepository other) {
    return one.url().equals(other.url())
        && one.credentials().equals(other.credentials())
        && one.ssh().equals(other.ssh())
        && one.https().equals(other.https())
        && one.verify().equals(other.verify())
        && one.artifact().equals(other.artifact());
  }

  private static void refuse(Read refused, List<Read> named) {
    Read other =
        named.stream()
            .filter(one -> !isSamePlace(one.repository(), refused.repository()))
            .findFirst()
            .orElseThrow();
    refused
        .document()
        .problem(
            FleetRule.DUPLICATE_NAME,
            "spec.url",
            "has the canonical name '%s', as Repository '%s' in %s has with another URL, other credentials or another verify: if both are one repository, keep one of the two; if not, give each its own name as spec.identity (host[:port]/path of the forge's web address)"
                .formatted(
                    refused.repository().id(),
                    other.repository().name(),
                    other.document().place()));
  }

  private void refuseProxyCredentials() {
    Map<InetSocketAddress, List<Read>> byProxy = new HashMap<>();
    byName.values().stream()
        .flatMap(List::stream)
        .filter(read -> proxyCredentials(read).isPresent())
        .forEach(
            read ->
                read.repository()
                    .https()
                    .flatMap(HttpsAccess::proxy)
                    .map(proxy -> ProxyLogins.address(URI.create(proxy)))
                    .ifPresent(
                        proxy -> byProxy.computeIfAbsent(proxy, _ -> new ArrayList<>()).add(read)));
    byProxy.values().forEach(RepositoryDocuments::refuseProxyCredentials);
  }

  private static void refuseProxyCredentials(List<Read> ofProxy) {
    for (Read refused : ofProxy) {
      ofProxy.stream()
          .filter(other -> !proxyCredentials(other).equals(proxyCredentials(refused)))
          .findFirst()
          .ifPresent(
              other ->
                  refused
                      .document()
                      .problem(
                          FleetRule.CONFLICTING_FIELDS,
                          "spec.https.proxyCredentials",
                          "differs from the one that Repository '%s' in %s has for the same proxy: a proxy has one login, so give both the same reference"
                              .formatted(other.repository().name(), other.document().place())));
    }
  }

  private static Optional<SecretReference> proxyCredentials(Read read) {
    return read.repository().https().flatMap(HttpsAccess::proxyCredentials);
  }

  private static Optional<SshAccess> ssh(Fields spec, Optional<String> url) {
    Optional<Fields> found = spec.fields("ssh");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    Optional<SecretReference> privateKey = fields.text("privateKey", SecretReference::new);
    Optional<SecretReference> passphrase = fields.text("passphrase", SecretReference::new);
    Optional<SecretReference> knownHosts = fields.text("knownHosts", SecretReference::new);
    fields.refuseUnknown();
    if (passphrase.isPresent() && privateKey.isEmpty()) {
      fields.problem(
          FleetRule.CONFLICTING_FIELDS, "passphrase", "has no meaning without privateKey");
    }
    if (url.filter(text -> !isOfSsh(text)).isPresent()) {
      spec.problem(
          FleetRule.CONFLICTING_FIELDS,
          "ssh",
          "has no meaning for this URL: it is not ssh://HOST/PATH or USER@HOST:PATH");
    }
    return Optional.of(new SshAccess(privateKey, passphrase, knownHosts));
  }

  private static Optional<Verification> verification(Fields fields) {
    Optional<Verification.Mode> mode = fields.required("mode", RepositoryDocuments::mode);
    Optional<SecretReference> allowedSigners = fields.text("allowedSigners", SecretReference::new);
    Optional<SecretReference> openPgpKeys = fields.text("openPgpKeys", SecretReference::new);
    fields.refuseUnknown();
    if (!fields.has("allowedSigners") && !fields.has("openPgpKeys")) {
      fields.problem(
          FleetRule.MISSING_FIELD,
          "allowedSigners",
          "or openPgpKeys is required: without trusted keys nothing would be dispatched");
    }
    return mode.map(found -> new Verification(found, allowedSigners, openPgpKeys));
  }

  private static Verification.Mode mode(String text) {
    return Arrays.stream(Verification.Mode.values())
        .filter(mode -> mode.word().equals(text))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("must be head, every-commit or tag, not " + text));
  }

  private static Optional<RepositoryId> identity(
      Fields spec, String url, Optional<Forge> forge, Optional<Artifact> artifact) {
    try {
      return Optional.of(
          artifact
              .map(one -> ArtifactDocument.identity(url, one))
              .orElseGet(() -> RepositoryId.fromUrl(url, forge)));
    } catch (IllegalArgumentException e) {
      spec.problem("url", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Returns whether a clone URL has a password, or a user where forges expect a token. */
  static boolean carriesCredentials(String url) {
    return PASSWORD_IN_URL.matcher(url).matches() && !ORGANIZATION_IN_URL.matcher(url).matches();
  }

  static boolean isOfSsh(String url) {
    return !WITHOUT_SSH.matcher(url).matches();
  }

  static boolean isCloneUrl(String text) {
    return URL.matcher(text).matches();
  }

  /** Returns a clone URL as Git's protocols need it: the scheme in lower case, spaces escaped. */
  private static String url(String written) {
    Matcher scheme = SCHEME.matcher(written);
    String text =
        scheme.lookingAt()
            ? scheme.group().toLowerCase(Locale.ROOT)
                + written.substring(scheme.end()).replace(" ", "%20")
            : written;
    if (carriesCredentials(text)) {
      throw new IllegalArgumentException(
          "must carry no credentials: give them by reference in spec.credentials");
    }
    if (!isCloneUrl(text) && !ArtifactDocument.isOci(text)) {
      throw new IllegalArgumentException(
          "must be a clone URL: https://, http://, ssh://, file:// or git@host:path; or oci:// of a"
              + " registry");
    }
    return text;
  }

  private static Forge forge(String text) {
    try {
      return Forge.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "must be one of %s, not '%s'".formatted(Forge.allConfigNames(), text), e);
    }
  }
}
