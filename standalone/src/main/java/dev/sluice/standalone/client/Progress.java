package dev.sluice.standalone.client;

import java.io.PrintStream;

/** Progress of an operation: one line that is overwritten in place, shown only on a terminal. */
final class Progress implements AutoCloseable {

  private static final int WIDTH = 30;

  private final PrintStream err;
  private final boolean shown;
  private final String what;
  private final int total;
  private int written;

  Progress(Terminal terminal, String what, int total) {
    this.err = terminal.err();
    this.shown = terminal.interactive();
    this.what = what;
    this.total = total;
  }

  void done(int steps) {
    if (!shown || total == 0) {
      return;
    }
    int filled = Math.toIntExact((long) WIDTH * steps / total);
    String line =
        "%s [%s%s] %d/%d"
            .formatted(what, "#".repeat(filled), ".".repeat(WIDTH - filled), steps, total);
    write(line);
  }

  /** Shows the number of items so far, of an operation whose total is not known. */
  void counted(int items) {
    if (shown) {
      write("%s %d".formatted(what, items));
    }
  }

  private void write(String line) {
    err.print("\r" + line);
    err.flush();
    written = line.length();
  }

  /** Erases the bar. */
  @Override
  public void close() {
    if (written > 0) {
      err.print("\r" + " ".repeat(written) + "\r");
      err.flush();
      written = 0;
    }
  }
}
