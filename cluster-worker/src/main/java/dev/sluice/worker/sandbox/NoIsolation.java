package dev.sluice.worker.sandbox;

import java.nio.file.Path;
import java.util.List;

/** The worker's own user and view: no wall. */
public record NoIsolation() implements Isolation {

  @Override
  public IsolationMode mode() {
    return IsolationMode.NONE;
  }

  @Override
  public boolean endsAll() {
    return false;
  }

  @Override
  public boolean bindsPlace() {
    return false;
  }

  @Override
  public List<String> shell(Path place) {
    return List.of("/bin/sh");
  }
}
