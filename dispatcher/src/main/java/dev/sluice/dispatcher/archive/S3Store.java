package dev.sluice.dispatcher.archive;

import dev.sluice.contract.event.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects of an S3 bucket. An object is stored by a conditional write (If-None-Match), so that one
 * that is there is not replaced.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">S3:
 *     conditional writes</a>
 */
final class S3Store implements ObjectStore {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ATTEMPT = Duration.ofSeconds(30);
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final int MAX_MESSAGE = 300;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  /** The region that signatures name if a store has none. */
  private static final Region DEFAULT_REGION = Region.US_EAST_1;

  private final S3Location location;
  private final S3Client client;
  private final KnownKeys known = new KnownKeys();
  private volatile boolean isBucketSeen;

  private S3Store(S3Location location, S3Client client) {
    this.location = location;
    this.client = client;
  }

  /**
   * Opens a bucket, without a request.
   *
   * @throws IllegalArgumentException if the region is not known, or a secret is missing
   */
  static S3Store open(S3Location location) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(UrlConnectionHttpClient.create(S3Store::connection))
            .overrideConfiguration(
                settings -> settings.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL))
            .credentialsProvider(credentials(location))
            .region(region(location));
    location
        .endpoint()
        .ifPresent(
            endpoint ->
                builder
                    .endpointOverride(endpoint)
                    .forcePathStyle(true)
                    // other stores do not know all checksums of AWS; digests are verified anyway
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED));
    return new S3Store(location, builder.build());
  }

  /** Returns a connection that trusts the certificates of the process, unlike the SDK's own. */
  private static HttpURLConnection connection(URI address) {
    try {
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setConnectTimeout((int) CONNECT.toMillis());
      connection.setReadTimeout((int) ATTEMPT.toMillis());
      return connection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AwsCredentialsProvider credentials(S3Location location) {
    return location
        .credentials()
        .<AwsCredentialsProvider>map(
            references -> {
              try {
                resolve(references);
              } catch (IllegalStateException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
              }
              // resolved for each request, so that a file can be replaced
              return () -> resolve(references);
            })
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  private static AwsBasicCredentials resolve(S3Location.Credentials references) {
    return AwsBasicCredentials.create(
        references.accessKey().resolve(), references.secretKey().resolve());
  }

  private static Region region(S3Location location) {
    if (location.region().isPresent()) {
      return Region.of(location.region().get());
    }
    if (location.endpoint().isPresent()) {
      return DEFAULT_REGION;
    }
    try {
      return new DefaultAwsRegionProviderChain().getRegion();
    } catch (SdkException e) {
      throw new IllegalArgumentException(
          "the bucket's region is not known: set archive-region, or AWS_REGION", e);
    }
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) {
    // some stores ignore the condition
    if (known.has(key) || (location.endpoint().isPresent() && exists(key))) {
      return false;
    }
    boolean stored;
    try {
      client.putObject(
          request -> request.bucket(location.bucket()).key(path(key)).ifNoneMatch("*"),
          RequestBody.fromBytes(content));
      stored = true;
    } catch (S3Exception e) {
      if (e.statusCode() != PRECONDITION_FAILED && e.statusCode() != CONFLICT) {
        throw unavailable("written to", e);
      }
      if (e.statusCode() == CONFLICT && !exists(key)) {
        throw unavailable("written to", e); // another write is under way, and may fail
      }
      stored = false;
    } catch (SdkException | IllegalStateException e) {
      throw unavailable("written to", e);
    }
    known.add(key);
    return stored;
  }

  @Override
  public Optional<byte[]> get(ObjectKey key) {
    try (ResponseInputStream<GetObjectResponse> object =
        client.getObject(request -> request.bucket(location.bucket()).key(path(key)))) {
      byte[] content = object.readNBytes(MAX_OBJECT_BYTES + 1);
      if (content.length > MAX_OBJECT_BYTES) {
        object.abort();
        throw new ArchiveException.Damaged(key, "is too large");
      }
      return Optional.of(content);
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException | IllegalStateException | IOException e) {
      throw unavailable("read from", e);
    }
  }

  @Override
  public boolean exists(ObjectKey key) {
    if (known.has(key)) {
      return true;
    }
    try {
      client.headObject(request -> request.bucket(location.bucket()).key(path(key)));
      known.add(key);
      isBucketSeen = true;
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() != NOT_FOUND) {
        throw unavailable("read from", e);
      }
      requireBucket();
      return false;
    } catch (SdkException | IllegalStateException e) {
      throw unavailable("read from", e);
    }
  }

  /** Distinguishes an archive without the object from a missing bucket: a HEAD's answers do not. */
  private void requireBucket() {
    if (isBucketSeen) {
      return;
    }
    try {
      client.headBucket(request -> request.bucket(location.bucket()));
      isBucketSeen = true;
    } catch (SdkException | IllegalStateException e) {
      throw unavailable("read from", e);
    }
  }

  private String path(ObjectKey key) {
    return location.prefix() + key;
  }

  private ArchiveException.Unavailable unavailable(String what, Exception cause) {
    return new ArchiveException.Unavailable(
        "%s cannot be %s: %s".formatted(this, what, reason(cause)), cause);
  }

  private static String reason(Exception cause) {
    if (cause instanceof S3Exception refused) {
      String code =
          refused.awsErrorDetails() == null || refused.awsErrorDetails().errorCode() == null
              ? ""
              : refused.awsErrorDetails().errorCode() + ", ";
      return "the store answers %sHTTP %d".formatted(code, refused.statusCode());
    }
    return Excerpt.of(String.valueOf(cause.getMessage()), MAX_MESSAGE);
  }

  @Override
  public String toString() {
    return "the archive " + location;
  }

  @Override
  public void close() {
    client.close();
  }
}
