package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.LfsAccess;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.process.ProxyLogins;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reader of the fields {@code https} and {@code lfs} of {@code Repository} documents. */
final class HttpsDocument {

  private static final Pattern OF_HTTP = Pattern.compile("(?i)https?://.*");
  private static final Pattern OF_HTTPS = Pattern.compile("(?i)https://.*");
  private static final Pattern PROXY = Pattern.compile("http://[^/@?#\\s]+/?");
  private static final Pattern API = Pattern.compile("https://[^/@?#\\s]+(/[^@?#\\s]*)?");
  private static final Pattern APP = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern INSTALLATION = Pattern.compile("[0-9]{1,19}");

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,5})(Ki|Mi)");
  private static final Map<String, Integer> UNITS = Map.of("Ki", 10, "Mi", 20);

  private HttpsDocument() {}

  /** Reads the fields; errors become problems of the document. */
  static Optional<HttpsAccess> read(Fields spec, Optional<String> url) {
    Optional<LfsAccess> lfs = spec.fields("lfs").flatMap(HttpsDocument::lfs);
    url.filter(text -> spec.has("lfs") && !OF_HTTP.matcher(text).matches())
        .ifPresent(
            _ ->
                spec.problem(
                    FleetRule.CONFLICTING_FIELDS,
                    "lfs",
                    "has no meaning for this URL: files of Git LFS are fetched by https://HOST/PATH"
                        + " only"));
    Optional<Fields> found = spec.fields("https");
    return found.isEmpty()
        ? lfs.map(HttpsAccess.DEFAULT::with)
        : Optional.of(https(spec, found.get(), url, lfs));
  }

  private static HttpsAccess https(
      Fields spec, Fields fields, Optional<String> url, Optional<LfsAccess> lfs) {
    HttpsAccess access =
        new HttpsAccess(
            fields.text("trustedCertificates", SecretReference::new),
            fields.text("clientCertificate", SecretReference::new),
            fields.text("clientKey", SecretReference::new),
            fields.text("proxy", HttpsDocument::proxy),
            fields.text("proxyCredentials", SecretReference::new),
            fields.fields("githubApp").flatMap(HttpsDocument::githubApp),
            lfs);
    fields.refuseUnknown();
    if (fields.has("clientCertificate") != fields.has("clientKey")) {
      fields.problem(
          FleetRule.CONFLICTING_FIELDS,
          fields.has("clientKey") ? "clientKey" : "clientCertificate",
          "clientCertificate and clientKey are given together");
    }
    if (fields.has("proxyCredentials") && !fields.has("proxy")) {
      fields.problem(
          FleetRule.CONFLICTING_FIELDS, "proxyCredentials", "has no meaning without proxy");
    }
    if (fields.has("githubApp") && spec.has("credentials")) {
      spec.problem(
          FleetRule.CONFLICTING_FIELDS,
          "credentials",
          "has no meaning with https.githubApp, whose tokens are the credentials");
    }
    url.filter(text -> !isFor(access, text))
        .ifPresent(
            _ ->
                spec.problem(
                    FleetRule.CONFLICTING_FIELDS,
                    "https",
                    "has no meaning for this URL: it is not https://HOST/PATH"));
    return access;
  }

  private static Optional<LfsAccess> lfs(Fields fields) {
    Optional<LfsAccess> access =
        fields.required("maxBytes", HttpsDocument::size).map(LfsAccess::new);
    fields.refuseUnknown();
    return access;
  }

  private static int size(String text) {
    Matcher form = SIZE.matcher(text);
    long bytes = form.matches() ? Long.parseLong(form.group(1)) << UNITS.get(form.group(2)) : 0;
    if (bytes < 1 || bytes > LfsAccess.MOST_BYTES) {
      throw new IllegalArgumentException(
          "must be a size from 1Ki to 32Mi, such as 10Mi, not '%s'".formatted(text));
    }
    return (int) bytes;
  }

  /**
   * Returns whether the access has a meaning for a URL. Without TLS, a proxy and an app still have
   * one, and certificates have none.
   */
  static boolean isFor(HttpsAccess access, String url) {
    boolean hasCertificates =
        access.trustedCertificates().isPresent() || access.clientCertificate().isPresent();
    return (hasCertificates ? OF_HTTPS : OF_HTTP).matcher(url).matches();
  }

  private static Optional<GithubApp> githubApp(Fields fields) {
    Optional<String> appId = fields.required("appId", HttpsDocument::appId);
    Optional<String> installationId = fields.text("installationId", HttpsDocument::installationId);
    Optional<SecretReference> privateKey = fields.required("privateKey", SecretReference::new);
    Optional<String> api = fields.text("api", HttpsDocument::api);
    fields.refuseUnknown();
    return appId.flatMap(id -> privateKey.map(key -> new GithubApp(id, installationId, key, api)));
  }

  /** Returns the id, or the client id, of a GitHub App. */
  static String appId(String text) {
    return matching(APP, text, "must be the app's id or client id");
  }

  /** Returns the id of an installation of a GitHub App. */
  static String installationId(String text) {
    return matching(INSTALLATION, text, "must be a number, quoted");
  }

  /** Returns the URL of a GitHub API without a slash at its end. */
  static String api(String text) {
    return matching(API, text, "must be https://HOST[/PATH], without credentials")
        .replaceFirst("/+$", "");
  }

  /** Returns the URL of a proxy without a slash at its end. */
  static String proxy(String text) {
    String expected =
        "must be http://HOST[:PORT], without credentials: give them in proxyCredentials";
    String proxy = matching(PROXY, text, expected).replaceFirst("/$", "");
    try {
      var unused = ProxyLogins.address(URI.create(proxy));
      return proxy;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  private static String matching(Pattern form, String text, String expected) {
    if (!form.matcher(text).matches()) {
      throw new IllegalArgumentException(expected);
    }
    return text;
  }
}
