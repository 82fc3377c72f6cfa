package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** The size of all files below a directory, which others may change meanwhile. */
final class DirectorySize extends SimpleFileVisitor<Path> {

  private final long limit;
  private long bytes;

  private DirectorySize(long limit) {
    this.limit = limit;
  }

  /** Returns whether the files have more bytes than this together. Links are not followed. */
  static boolean exceeds(Path directory, long limit) {
    DirectorySize size = new DirectorySize(limit);
    try {
      Files.walkFileTree(directory, size);
    } catch (IOException e) {
      return false; // it is being removed
    }
    return size.bytes > limit;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    bytes += attributes.size();
    return bytes > limit ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, IOException e) {
    return FileVisitResult.CONTINUE;
  }
}
