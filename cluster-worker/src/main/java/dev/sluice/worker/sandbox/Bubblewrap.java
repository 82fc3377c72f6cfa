package dev.sluice.worker.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Isolation by the program {@code bwrap}, which creates the same namespaces as {@link Namespaces}.
 *
 * @param program its path
 * @param processes whether a renderer sees its own processes in /proc; some containers do not allow
 *     it
 * @see <a href="https://github.com/containers/bubblewrap">bubblewrap</a>
 */
record Bubblewrap(Path program, VisibleFiles files, boolean processes) implements Isolation {

  @Override
  public IsolationMode mode() {
    return IsolationMode.BUBBLEWRAP;
  }

  @Override
  public List<String> shell(Path place) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net"));
    command.addAll(List.of("--unshare-uts", "--unshare-cgroup-try", "--disable-userns"));
    // as process 1: when it ends, the kernel ends all others
    command.addAll(List.of("--cap-drop", "ALL", "--as-pid-1"));
    files
        .links()
        .forEach((link, target) -> command.addAll(List.of("--symlink", target, "/" + link)));
    command.addAll(List.of("--dev", "/dev", "--size", "67108864", "--tmpfs", "/tmp"));
    for (Path path : files.readable()) {
      command.addAll(List.of("--ro-bind", path.toString(), path.toString()));
    }
    if (processes) {
      // bwrap leaves directories writable that root may write without capabilities
      command.addAll(List.of("--proc", "/proc", "--remount-ro", "/proc"));
    }
    command.addAll(List.of("--bind", place.toString(), place.toString(), "--remount-ro", "/"));
    command.addAll(List.of("--chdir", "/", "--", "/bin/sh"));
    return List.copyOf(command);
  }
}
