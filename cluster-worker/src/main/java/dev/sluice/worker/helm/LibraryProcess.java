package dev.sluice.worker.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.jni.HelmLib;
import com.sun.jna.Native;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.sandbox.BoundedProcess;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.Sandbox;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A child JVM that only renders charts ({@link HelmChild}), one at a time. */
public final class LibraryProcess implements AutoCloseable {

  private static final int CHARTS = 1_000;
  private static final String SERVICE = "META-INF/services/com.marcnuri.helm.jni.NativeLibrary";

  private final String name;
  private final Sandbox sandbox;
  private final Path place;
  private final Process process;
  private final DataOutputStream requests;
  private final DataInputStream answers;
  private final Complaints complaints;
  private int charts;

  private LibraryProcess(String name, Sandbox sandbox, Path place, Process process) {
    this.name = name;
    this.sandbox = sandbox;
    this.place = place;
    this.process = process;
    this.requests = new DataOutputStream(process.getOutputStream());
    this.answers = new DataInputStream(process.getInputStream());
    this.complaints = new Complaints(process.getErrorStream());
    // reading a pipe holds a virtual thread's carrier, and there are only as many as cores
    Thread.ofPlatform().daemon().name("helm-complaints").start(complaints);
  }

  /** The result of rendering a chart. */
  sealed interface Answer {

    record Rendered(String text) implements Answer {}

    record Failed(String message) implements Answer {}
  }

  /** Starts a process and waits until it has loaded the library. */
  static LibraryProcess start(String name, Sandbox sandbox)
      throws RenderException, InterruptedException {
    try {
      Path place = sandbox.place();
      LibraryProcess process = new LibraryProcess(name, sandbox, place, launch(place, sandbox));
      try {
        process.exchange("its start", answers -> answers.readUTF());
        if (!sandbox.bindsPlace()) {
          InputDirectory.remove(place); // the loaded library stays mapped
        }
        return process;
      } catch (RenderException | InterruptedException e) {
        process.close();
        throw e;
      }
    } catch (IOException e) {
      throw RenderException.temporary(
          RenderFailure.RENDERER_MISSING,
          "%s does not start: %s".formatted(name, e.getMessage()),
          e);
    }
  }

  private static Process launch(Path place, Sandbox sandbox) throws IOException {
    Path home = Files.createDirectory(place.resolve("home"));
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.io.tmpdir=" + home,
            "-Djna.encoding=UTF-8", // of texts that the library takes and returns
            "-cp",
            classPath(),
            HelmChild.class.getName());
    Map<String, String> environment = new HashMap<>(Sandbox.environment(home));
    // the default address of client-go without configuration: a closed port, so that lookup fails
    environment.put("KUBERNETES_MASTER", Sandbox.NOWHERE);
    sandbox.handOver(place, place);
    return sandbox.lasting(place).converse(java, home, environment);
  }

  private static String classPath() {
    List<Path> parts = new ArrayList<>();
    for (Class<?> type : List.of(HelmChild.class, Helm.class, HelmLib.class, Native.class)) {
      try {
        parts.add(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()));
      } catch (URISyntaxException e) {
        throw new IllegalStateException("a code source is a valid URI", e);
      }
    }
    nativePart().ifPresent(parts::add);
    return parts.stream()
        .map(Path::toString)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Returns the worker's own files that the process needs. */
  public static List<Path> files() {
    return Stream.concat(
            Stream.of(Path.of(System.getProperty("java.home"))),
            Arrays.stream(classPath().split(File.pathSeparator)).map(Path::of))
        .toList();
  }

  /** Returns the library's native part for this system. */
  public static Optional<Path> nativePart() {
    URL service = HelmLibrary.class.getClassLoader().getResource(SERVICE);
    try {
      return service != null && service.openConnection() instanceof JarURLConnection jar
          ? Optional.of(Path.of(jar.getJarFileURL().toURI()))
          : Optional.empty();
    } catch (IOException | URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Renders a chart. After an exception the process cannot be used again. */
  Answer template(ChartRun run, InputDirectory directory, String subject)
      throws RenderException, InterruptedException {
    if (!sandbox.bindsPlace()) {
      return template(run, subject);
    }
    Path there = place.resolve("input");
    try {
      sandbox.handOver(directory.root(), place);
      Files.move(directory.root(), there);
      try {
        return switch (template(run.moved(directory.root(), there), subject)) {
          case Answer.Rendered rendered -> rendered;
          case Answer.Failed(String message) ->
              new Answer.Failed(message.replace(there.toString(), directory.root().toString()));
        };
      } finally {
        Files.move(there, directory.root());
      }
    } catch (IOException e) {
      throw InputDirectory.unwritable(e);
    }
  }

  private Answer template(ChartRun run, String subject)
      throws RenderException, InterruptedException {
    charts++;
    return exchange(
        subject,
        in -> {
          HelmChild.write(requests, run);
          boolean rendered = in.readBoolean();
          int length = in.readInt();
          if (length > sandbox.limits().output()) {
            throw new TooMuchException();
          }
          String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
          return rendered ? new Answer.Rendered(text) : new Answer.Failed(text);
        });
  }

  /** Returns whether it is alive and young enough for another chart. */
  boolean isReusable() {
    return charts < CHARTS && process.isAlive();
  }

  @FunctionalInterface
  private interface Exchange<T> {
    T with(DataInputStream answers) throws IOException;
  }

  /** Thrown when the output exceeds its limit. */
  private static final class TooMuchException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private <T> T exchange(String subject, Exchange<T> exchange)
      throws RenderException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(() -> exchange.with(answers));
    Thread.ofPlatform().daemon().name("helm-answer").start(task);
    boolean answered = false;
    try {
      T answer = task.get(sandbox.limits().time().toNanos(), TimeUnit.NANOSECONDS);
      answered = true;
      return answer;
    } catch (TimeoutException e) {
      throw sandbox.tookTooLong(name, subject);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TooMuchException) {
        throw sandbox.wroteTooMuch(name, subject);
      }
      throw died(subject, e);
    } finally {
      if (!answered) {
        BoundedProcess.kill(process);
      }
    }
  }

  private RenderException died(String subject, ExecutionException e) throws InterruptedException {
    String last = complaints.last();
    if (Sandbox.isOutOfMemory(last)) {
      return sandbox.outOfMemory(name, subject);
    }
    return RenderException.temporary(
        RenderFailure.RENDERER_KILLED,
        "%s ended while it built %s: does the worker have enough memory? %s"
            .formatted(name, subject, last),
        e);
  }

  @Override
  public void close() {
    BoundedProcess.kill(process);
    if (Files.exists(place)) {
      InputDirectory.remove(place);
    }
  }

  /** The beginning of the process's error output. */
  private static final class Complaints implements Runnable {

    private static final int KEPT = 1_000;

    private final InputStream in;
    private final StringBuilder kept = new StringBuilder();
    private boolean ended;

    Complaints(InputStream in) {
      this.in = in;
    }

    @Override
    public void run() {
      byte[] buffer = new byte[4096];
      try {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          keep(new String(buffer, 0, read, StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        keep("(cut)");
      }
      end();
    }

    private synchronized void keep(String text) {
      kept.append(text, 0, Math.min(text.length(), KEPT - Math.min(KEPT, kept.length())));
    }

    private synchronized void end() {
      ended = true;
      notifyAll();
    }

    /** Waits briefly for output that is still in the pipe. */
    synchronized String last() throws InterruptedException {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      while (!ended && System.nanoTime() < until) {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, until - System.nanoTime()));
      }
      return kept.toString().strip();
    }
  }
}
