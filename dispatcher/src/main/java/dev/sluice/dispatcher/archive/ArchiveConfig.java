package dev.sluice.dispatcher.archive;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.ConfigurationException.Problem;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.Topics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Settings of an archive of targets. */
public final class ArchiveConfig {

  private static final Setting<Optional<Destination>> ARCHIVE =
      Setting.of(
              "archive",
              "PATH|s3://BUCKET/PREFIX",
              "archives every target in this directory or bucket, which all dispatchers of the"
                  + " installation share, so that it can be sent again after its record was"
                  + " compacted",
              Destination::parse)
          .optional();
  private static final Setting<Optional<URI>> ENDPOINT =
      Setting.of(
              "archive-endpoint",
              "URL",
              "address of an S3-compatible store that has the bucket (default: AWS)",
              ArchiveConfig::parseEndpoint)
          .optional();
  private static final Setting<Optional<String>> REGION =
      Setting.of(
              "archive-region",
              "NAME",
              "region of the bucket (default: that of the process's AWS configuration; us-east-1"
                  + " with --archive-endpoint)",
              ArchiveConfig::parseRegion)
          .optional();
  private static final Setting<Optional<SecretReference>> ACCESS_KEY =
      Setting.of(
              "archive-access-key",
              "REF",
              "access key id for the bucket: env:NAME or file:PATH (default: AWS's default chain of"
                  + " credentials)",
              SecretReference::new)
          .optional();
  private static final Setting<Optional<SecretReference>> SECRET_KEY =
      Setting.of(
              "archive-secret-key",
              "REF",
              "secret access key for the bucket: env:NAME or file:PATH",
              SecretReference::new)
          .optional();

  public static final List<Setting<?>> SETTINGS =
      List.of(ARCHIVE, ENDPOINT, REGION, ACCESS_KEY, SECRET_KEY);

  private static final Pattern REGION_FORM = Pattern.compile("[a-z0-9-]{1,63}");

  private final Destination destination;

  private ArchiveConfig(Destination destination) {
    this.destination = destination;
  }

  /** A kind of archive. */
  private sealed interface Destination {

    record InDirectory(Path directory) implements Destination {}

    record InBucket(S3Location location) implements Destination {}

    static Destination parse(String text) {
      if (S3Location.isMeantBy(text)) {
        return new InBucket(S3Location.parse(text));
      }
      if (text.isBlank() || text.contains("://")) {
        throw new IllegalArgumentException("expected a directory, or s3://BUCKET/PREFIX");
      }
      return new InDirectory(Path.of(text));
    }
  }

  /** Returns the settings of an archive in a directory. */
  public static ArchiveConfig in(Path directory) {
    return new ArchiveConfig(new Destination.InDirectory(directory));
  }

  /** Returns the settings of an archive in a bucket. */
  static ArchiveConfig in(S3Location location) {
    return new ArchiveConfig(new Destination.InBucket(location));
  }

  private static URI parseEndpoint(String text) {
    URI endpoint = URI.create(text);
    if (!List.of("http", "https").contains(String.valueOf(endpoint.getScheme()))
        || endpoint.getHost() == null
        || endpoint.getRawUserInfo() != null
        || endpoint.getRawQuery() != null
        || endpoint.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "expected an http or https URL without user, query and fragment");
    }
    return endpoint;
  }

  private static String parseRegion(String text) {
    if (!REGION_FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("expected a name such as eu-central-1");
    }
    return text;
  }

  /**
   * Reads the settings; empty without an archive.
   *
   * @throws ConfigurationException if they contradict each other
   */
  public static Optional<ArchiveConfig> from(SettingValues values) {
    Optional<Destination> destination = values.get(ARCHIVE);
    if (destination.isPresent()
        && destination.get() instanceof Destination.InBucket(S3Location bucket)) {
      return Optional.of(in(located(bucket, values)));
    }
    List<Problem> problems =
        Stream.of(ENDPOINT, REGION, ACCESS_KEY, SECRET_KEY)
            .filter(values::isGiven)
            .map(
                setting ->
                    new Problem(
                        setting.option(),
                        "is only for an archive in a bucket: set %s=s3://BUCKET/PREFIX"
                            .formatted(ARCHIVE.option())))
            .toList();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return destination.map(ArchiveConfig::new);
  }

  private static S3Location located(S3Location bucket, SettingValues values) {
    Optional<SecretReference> accessKey = values.get(ACCESS_KEY);
    Optional<SecretReference> secretKey = values.get(SECRET_KEY);
    if (accessKey.isPresent() != secretKey.isPresent()) {
      Setting<?> missing = accessKey.isPresent() ? SECRET_KEY : ACCESS_KEY;
      throw new ConfigurationException(
          List.of(new Problem(missing.option(), "an access key and its secret key go together")));
    }
    return new S3Location(
        bucket.bucket(),
        bucket.prefix(),
        values.get(ENDPOINT),
        values.get(REGION),
        accessKey.map(key -> new S3Location.Credentials(key, secretKey.orElseThrow())));
  }

  /**
   * Opens the archive. A store that cannot be used is reported by the first write.
   *
   * @throws ConfigurationException if a secret or the region of a bucket is missing
   */
  public TargetArchive open(Topics topics, Clock clock) {
    return new TargetArchive(
        switch (destination) {
          case Destination.InDirectory(Path directory) -> new DirectoryStore(directory, clock);
          case Destination.InBucket(S3Location location) -> bucket(location);
        },
        topics);
  }

  private static ObjectStore bucket(S3Location location) {
    try {
      return S3Store.open(location);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          List.of(new Problem(ARCHIVE.option(), String.valueOf(e.getMessage()))));
    }
  }

  /** Returns where the archive is, for messages; without secrets. */
  @Override
  public String toString() {
    return switch (destination) {
      case Destination.InDirectory(Path directory) -> directory.toString();
      case Destination.InBucket(S3Location location) -> location.toString();
    };
  }
}
