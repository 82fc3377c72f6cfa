package dev.sluice.inputs.git;

/** A file exceeds the size that its reader accepts. */
public final class FileTooLargeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public FileTooLargeException(String path, long bytes, int maxBytes) {
    super("'%s' has %d bytes; at most %d are read".formatted(path, bytes, maxBytes));
  }
}
