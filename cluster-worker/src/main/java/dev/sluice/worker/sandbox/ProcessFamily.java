package dev.sluice.worker.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program and all its descendants, including those whose parent ended and those with a session of
 * their own. On systems without {@code setsid} or {@code /proc} fewer of them are found.
 *
 * @param mark a setting in the environment that no other process has
 */
record ProcessFamily(String mark) {

  private static final Optional<Path> SETSID =
      InstalledProgram.find(
          "setsid", String.join(File.pathSeparator, "/usr/bin", "/bin", "/usr/local/bin"));
  private static final Path PROCESSES = Path.of("/proc");

  /** Enough for any program that does not start processes faster than they are searched. */
  private static final int ROUNDS = 50;

  /** Returns the command as the head of a process group. */
  List<String> led(List<String> command) {
    List<String> led = new ArrayList<>();
    SETSID.ifPresent(setsid -> led.add(setsid.toString()));
    led.addAll(command);
    return List.copyOf(led);
  }

  /** Kills all that are left, however they relate to the head, which may have ended. */
  void kill(Process head) {
    if (SETSID.isPresent()) {
      killGroup(head.pid());
    }
    for (int round = 0; round < ROUNDS && killMarked(); round++) {
      Thread.onSpinWait();
    }
  }

  /**
   * Kills the group with one call, so that none escapes by starting new processes. Its id cannot be
   * reused as long as the group has a process.
   */
  private static void killGroup(long group) {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- \"-$1\"", "sluice", Long.toString(group))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .onExit()
          .join();
    } catch (IOException e) {
      throw new UncheckedIOException("there is no shell to end a process group with", e);
    }
  }

  /** Kills the processes with the mark; returns whether there was one. */
  private boolean killMarked() {
    boolean found = false;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      for (Path process : processes) {
        if (isMarked(process)) {
          found = true;
          ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
              .ifPresent(ProcessHandle::destroyForcibly);
        }
      }
    } catch (IOException e) {
      return false; // /proc has another format
    }
    return found;
  }

  private boolean isMarked(Path process) {
    try {
      String environment =
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
      return ("\0" + environment).contains("\0" + mark + "\0");
    } catch (IOException e) {
      return false; // has ended, or belongs to another user
    }
  }
}
