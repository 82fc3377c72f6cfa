package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;

/** A process that takes a place, prints its name, and stays until its input ends. */
final class ScratchUser {

  static final String PLACE = "place ";

  private ScratchUser() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println(PLACE + Scratch.in(Path.of(arguments[0])));
    System.out.flush();
    while (System.in.read() >= 0) {
      // until the process that started it closes it
    }
  }
}
