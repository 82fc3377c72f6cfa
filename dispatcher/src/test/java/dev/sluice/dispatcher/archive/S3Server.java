package dev.sluice.dispatcher.archive;

import static org.awaitility.Awaitility.await;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.process.FreePort;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3-compatible store of its own process: versitygw, with its objects in a directory. */
final class S3Server implements AutoCloseable {

  static final String PROGRAM = "versitygw";
  static final String ACCESS_KEY = "the-access-key";
  static final String SECRET_KEY = "a-very-secret-key";

  private final Path directory;
  private final int port;
  private final AtomicInteger buckets = new AtomicInteger();
  private Process process;

  private S3Server(Path directory, int port) throws IOException {
    this.directory = directory;
    this.port = port;
    this.process = launch();
  }

  /** Starts a server, or skips the test without the program. */
  static S3Server start(Path directory) throws IOException {
    NeededProgram.check(PROGRAM);
    Files.writeString(directory.resolve("access-key"), ACCESS_KEY + "\n");
    Files.writeString(directory.resolve("secret-key"), SECRET_KEY + "\n");
    return new S3Server(directory, FreePort.find());
  }

  private Process launch() throws IOException {
    Path objects = Files.createDirectories(directory.resolve("objects"));
    Path metadata = Files.createDirectories(directory.resolve("metadata"));
    ProcessBuilder builder =
        new ProcessBuilder(
                PROGRAM,
                "--quiet",
                "--port",
                "127.0.0.1:" + port,
                "posix",
                // not every file system has the attributes that it uses otherwise
                "--sidecar",
                metadata.toString(),
                objects.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    builder.environment().put("ROOT_ACCESS_KEY_ID", ACCESS_KEY);
    builder.environment().put("ROOT_SECRET_ACCESS_KEY", SECRET_KEY);
    Process started = ChildProcess.start(builder);
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(
            () -> {
              try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
              }
            });
    return started;
  }

  /** Kills the server; its objects stay. */
  void stop() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts the server again. */
  void restart() throws IOException {
    process = launch();
  }

  /** Returns a new bucket. */
  S3Location bucket() {
    String name = "bucket-" + buckets.incrementAndGet();
    try (S3Client client =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .endpointOverride(endpoint())
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
            .build()) {
      client.createBucket(request -> request.bucket(name));
    }
    return location(name);
  }

  /** Returns a bucket that may not exist. */
  S3Location location(String bucket) {
    return new S3Location(
        bucket,
        "sluice/archive/",
        Optional.of(endpoint()),
        Optional.empty(),
        Optional.of(new S3Location.Credentials(secret("access-key"), secret("secret-key"))));
  }

  /** Returns the file that has a key. */
  Path keyFile(String name) {
    return directory.resolve(name);
  }

  private SecretReference secret(String name) {
    return new SecretReference("file:" + keyFile(name));
  }

  private URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    stop();
  }
}
