package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.version.VersionRange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reader of the fields of charts and OCI artifacts, in repositories and in sources. */
final class ArtifactDocument {

  private static final Pattern CHART = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofHours(24);

  /** The fields of a Repository that only Git repositories have, with the reason. */
  private static final Map<String, String> OF_GIT = new LinkedHashMap<>();

  static {
    String access =
        "is not supported for charts and OCI artifacts: they are downloaded with the certificates"
            + " (--trusted-certificates) and the proxy of the dispatcher";
    OF_GIT.put("https", access);
    OF_GIT.put("lfs", "has no meaning for charts and OCI artifacts: they are no Git repositories");
    OF_GIT.put("ssh", "has no meaning for charts and OCI artifacts: they are no Git repositories");
    OF_GIT.put(
        "forge", "has no meaning for charts and OCI artifacts: they are no Git repositories");
    OF_GIT.put(
        "verify",
        "is not supported for charts and OCI artifacts: Sluice verifies the signatures of Git"
            + " commits only, neither those of cosign nor Helm's provenance files");
  }

  private ArtifactDocument() {}

  /**
   * Returns what a Repository publishes instead of commits; empty if it is a Git repository. Errors
   * become problems of the document.
   */
  static Optional<Artifact> read(Fields spec, Optional<String> url) {
    Optional<String> chart = spec.text("chart", ArtifactDocument::chart);
    boolean isOci = url.filter(ArtifactDocument::isOci).isPresent();
    if (!isOci && !spec.has("chart")) {
      return Optional.empty();
    }
    if (isOci && spec.has("chart")) {
      spec.problem(
          FleetRule.CONFLICTING_FIELDS,
          "chart",
          "has no meaning for this URL: the chart of a registry is at the end of the URL, such as"
              + " oci://HOST/PATH/CHART");
    } else if (!isOci && url.filter(text -> !text.matches("https?://.*")).isPresent()) {
      spec.problem(
          FleetRule.CONFLICTING_FIELDS,
          "chart",
          "has no meaning for this URL: a chart repository is at https://HOST/PATH");
    }
    url.ifPresent(text -> requirePlace(spec, text));
    OF_GIT.forEach(
        (field, reason) -> {
          if (spec.has(field)) {
            spec.problem(FleetRule.CONFLICTING_FIELDS, field, reason);
          }
        });
    return Optional.of(new Artifact(chart));
  }

  private static void requirePlace(Fields spec, String url) {
    try {
      String place = url(url);
      if (isOci(place) && place.indexOf('/', Artifact.OCI.length()) < 0) {
        spec.problem("url", "has no path: write oci://HOST/PATH");
      }
    } catch (IllegalArgumentException e) {
      spec.problem("url", String.valueOf(e.getMessage()));
    }
  }

  /** Returns the URL without trailing '/'. */
  static String url(String url) {
    return ApplicationDocument.chartRepository(url);
  }

  static boolean isOci(String url) {
    return url.startsWith(Artifact.OCI);
  }

  /** Returns the canonical name: of a registry {@code HOST/PATH}, else with the chart's name. */
  static RepositoryId identity(String url, Artifact artifact) {
    String address = isOci(url) ? "https://" + url.substring(Artifact.OCI.length()) : url;
    return RepositoryId.fromUrl(
        address.replaceFirst("/+$", "") + artifact.chart().map("/"::concat).orElse(""));
  }

  /** Parses the time between two polls. */
  static Duration interval(String text) {
    Duration interval = PolicyDocument.duration(text);
    if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("must be between 10s and 24h");
    }
    return interval;
  }

  /** Returns the ref that a source follows; errors become problems of the document. */
  static Optional<GitRef> ref(Fields source, Optional<FleetRepository> repository) {
    Optional<GitRef> ref = RefField.orRange(source);
    Optional<GitRef> version = version(source);
    Optional<Artifact> artifact = repository.flatMap(FleetRepository::artifact);
    if (repository.isEmpty()) {
      return ref;
    }
    if (artifact.isEmpty()) {
      if (source.has("version")) {
        source.problem(
            FleetRule.CONFLICTING_FIELDS,
            "version",
            "has no meaning for a Git repository: name a branch or a tag as 'ref'");
      }
      return ref;
    }
    if (source.has("ref")) {
      source.problem(
          FleetRule.CONFLICTING_FIELDS,
          "ref",
          "has no meaning for charts and OCI artifacts, which have no branches: name a 'version'");
    } else if (!source.has("version")) {
      source.missing("version");
    } else if (artifact.get().chart().isPresent()
        && version.flatMap(Artifact::digest).isPresent()) {
      source.problem(
          FleetRule.CONFLICTING_FIELDS,
          "version",
          "must be a chart's version: only OCI repositories have digests");
    }
    return version;
  }

  private static Optional<GitRef> version(Fields source) {
    if (!source.isMapping("version")) {
      return source.text("version", ArtifactDocument::version);
    }
    var unused = source.mapping("version");
    source.problem("version", "must be a text: write a range of versions as '>=1.4 <2'");
    return Optional.empty();
  }

  /** Parses an exact version, a tag or a digest; all else must be a range of versions. */
  private static GitRef version(String text) {
    try {
      return Artifact.ref(text);
    } catch (IllegalArgumentException notExact) {
      if (text.startsWith("sha256:") || VersionRange.parse(text).isEmpty()) {
        throw new IllegalArgumentException(
            notExact.getMessage() + ", or a range of versions such as '>=1.4 <2'", notExact);
      }
      return GitRef.semver(text);
    }
  }

  private static String chart(String text) {
    if (!CHART.matcher(text).matches()) {
      throw new IllegalArgumentException("must be the name of a chart, as in the index");
    }
    return text;
  }
}
