package dev.sluice.worker.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Isolation by namespaces of the Linux kernel, created by {@code unshare} of util-linux: a shell
 * that is root in them mounts the files that a renderer may see, makes that its root directory,
 * drops all capabilities and becomes the waiting shell.
 *
 * @param processes whether it sees its own processes in /proc; some containers do not allow it
 */
record Namespaces(VisibleFiles files, boolean processes) implements Isolation {

  /** A directory that every system has and whose contents no renderer needs. */
  private static final String ROOT = "/sys";

  private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");

  @Override
  public IsolationMode mode() {
    return IsolationMode.NAMESPACES;
  }

  @Override
  public List<String> shell(Path place) {
    return List.of(
        "/usr/bin/unshare",
        "--map-root-user",
        "--mount",
        "--pid",
        "--net",
        "--ipc",
        "--uts",
        "--cgroup",
        "--fork",
        "--kill-child",
        "--",
        "/bin/sh",
        "-c",
        script(place));
  }

  private String script(Path place) {
    List<Path> directories = new ArrayList<>(files.directories());
    directories.add(place);
    String empty =
        files.files().stream()
            .map(file -> ": > " + within(file) + "\n")
            .collect(Collectors.joining());
    String devices =
        DEVICES.stream().map(device -> ": > dev/" + device + "\n").collect(Collectors.joining());
    String above =
        files.files().stream()
            .map(file -> " " + within(file.getParent()))
            .collect(Collectors.joining());
    String links =
        files.links().entrySet().stream()
            .map(link -> "/bin/ln -s %s %s\n".formatted(word(link.getValue()), word(link.getKey())))
            .collect(Collectors.joining());
    // a renderer must not regain capabilities in namespaces of its own
    return """
    set -e
    if [ -w /proc/sys/user/max_user_namespaces ]; then
      echo 0 2>/dev/null > /proc/sys/user/max_user_namespaces || :
    fi
    /bin/mount -n -t tmpfs -o nosuid,nodev,mode=0755,size=4m none %1$s
    cd %1$s
    /bin/mkdir tmp
    /bin/mount -n -t tmpfs -o nosuid,nodev,mode=1777,size=64m none tmp
    /bin/mkdir -p proc dev%2$s
    %3$s%4$s%5$s/bin/ln -s /proc/self/fd dev/fd
    printf '%%s' %6$s > fstab
    /bin/mount -n -a -T ./fstab
    : > fstab
    /sbin/pivot_root . .
    /bin/umount -n -c -l .
    cd /
    /bin/mount -n -o remount,ro,nosuid,nodev none /
    exec /usr/bin/setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all \
    --bounding-set=-all -- /bin/sh
    """
        .formatted(
            ROOT,
            directories.stream().map(path -> " " + within(path)).collect(Collectors.joining())
                + above,
            links,
            devices,
            empty,
            word(mounts(place)));
  }

  private String mounts(Path place) {
    StringBuilder table = new StringBuilder();
    files
        .readable()
        .forEach(path -> table.append(mount(path.toString(), path, "rbind,nosuid,nodev")));
    for (Map.Entry<Path, String> mount : files.mounts().entrySet()) {
      table.append(
          mount(
              "none",
              mount.getKey(),
              "remount,bind,ro,nosuid,nodev"
                  + (mount.getValue().contains("noexec") ? ",noexec" : "")));
    }
    for (String device : DEVICES) {
      table.append(mount("/dev/" + device, Path.of("/dev", device), "bind"));
    }
    if (processes) {
      table.append(line("none", Path.of("/proc"), "proc", "ro,nosuid,nodev,noexec"));
    }
    return table.append(mount(place.toString(), place, "bind,nosuid,nodev")).toString();
  }

  private String mount(String what, Path where, String options) {
    return line(what, where, "none", options);
  }

  private String line(String what, Path where, String type, String options) {
    return "%s %s %s %s 0 0\n".formatted(field(what), field(ROOT + where), type, options);
  }

  /** Returns the location of a path before the directory becomes the root. */
  private static String within(Path path) {
    return word("." + path);
  }

  private static String word(String text) {
    return ReadyShell.quoted(text);
  }

  private static String field(String path) {
    return path.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }
}
