package dev.sluice.worker.sandbox;

import java.nio.file.Path;
import java.util.List;

/** No isolation: the worker's own user and file system. */
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
