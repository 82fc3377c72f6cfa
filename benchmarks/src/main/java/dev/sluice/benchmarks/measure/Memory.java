package dev.sluice.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of a process, as Linux counts it, in MiB.
 *
 * @param resident all pages in memory, also those of files such as libraries
 * @param anonymous pages that belong to this process alone: heap, metadata, code, stacks
 * @param peak the most that was ever resident
 */
public record Memory(long resident, long anonymous, long peak) {

  /** Returns the memory of a process now. */
  public static Memory of(long pid) throws IOException {
    List<String> status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
    return new Memory(
        mebibytes(status, "VmRSS:"), mebibytes(status, "RssAnon:"), mebibytes(status, "VmHWM:"));
  }

  private static long mebibytes(List<String> status, String field) {
    return status.stream()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  @Override
  public String toString() {
    return "%d MiB resident, %d MiB of it anonymous; at most %d MiB"
        .formatted(resident, anonymous, peak);
  }
}
