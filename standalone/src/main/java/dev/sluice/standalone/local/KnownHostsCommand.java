package dev.sluice.standalone.local;

import dev.sluice.inputs.git.HostKeyScan;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.Visible;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code sluice known-hosts scan}: lines for a file of known hosts, to be compared and kept. */
public final class KnownHostsCommand {

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final int DEFAULT_PORT = 22;
  private static final int HIGHEST_PORT = 65_535;

  /** A host, or an IPv6 address in brackets, with an optional port. */
  private static final Pattern FORM =
      Pattern.compile(
          "(?<host>[A-Za-z0-9_][A-Za-z0-9_.-]*|\\[[0-9A-Fa-f:.]+])(?::(?<port>[0-9]{1,5}))?");

  private static final Setting<List<Host>> HOSTS =
      Setting.list(
          "scan-host", "HOST[:PORT]", "an SSH server; port 22 if none is given", Host::parse);

  private static final Setting<Duration> TIMEOUT =
      Setting.duration("scan-timeout", "how long to wait for each answer of a server").or("10s");

  private KnownHostsCommand() {}

  /** An SSH server. */
  record Host(String name, int port) {
    static Host parse(String text) {
      Matcher matcher = FORM.matcher(text);
      int port =
          matcher.matches() && matcher.group("port") != null
              ? Integer.parseInt(matcher.group("port"))
              : DEFAULT_PORT;
      if (!matcher.matches() || port < 1 || port > HIGHEST_PORT) {
        throw new IllegalArgumentException("expected HOST or HOST:PORT");
      }
      return new Host(matcher.group("host").replaceAll("[\\[\\]]", ""), port);
    }
  }

  /** Returns the command whose only subcommand is the scan. */
  public static Command group() {
    return new Command(
        "known-hosts",
        "Helps with the host keys of SSH servers: see its subcommand scan.",
        List.of(),
        _ -> {
          throw new ExitException(
              WRONG_USAGE, "a subcommand is missing: sluice known-hosts scan HOST[:PORT]...");
        });
  }

  public static Command scan() {
    return new Command(
        "known-hosts scan",
        "Prints the host keys of SSH servers as lines of known_hosts, each below its fingerprint."
            + " Trusts nothing: compare the fingerprints with those that the forge publishes,"
            + " before you keep the lines in the file that ssh.knownHosts names.",
        List.of(TIMEOUT),
        Optional.of(HOSTS),
        values -> scan(values.get(HOSTS), values.get(TIMEOUT), System.out, System.err));
  }

  private static int scan(List<Host> hosts, Duration timeout, PrintStream out, PrintStream err) {
    if (hosts.isEmpty()) {
      throw new ExitException(WRONG_USAGE, "name a host: sluice known-hosts scan HOST[:PORT]...");
    }
    int exit = 0;
    for (Host host : hosts) {
      try {
        List<HostKeyScan.HostKey> keys = new HostKeyScan(timeout).keys(host.name(), host.port());
        if (keys.isEmpty()) {
          err.printf("sluice: %s:%d shows no host key of a known type%n", host.name(), host.port());
          exit = FAILED;
        }
        for (HostKeyScan.HostKey key : keys) {
          out.printf(
              "# %s:%d %s %s%n%s%n",
              host.name(), host.port(), key.type(), key.fingerprint(), key.line());
        }
      } catch (IOException e) {
        err.printf(
            "sluice: %s:%d cannot be scanned: %s%n",
            host.name(), host.port(), Visible.line(String.valueOf(e.getMessage())));
        exit = FAILED;
      }
    }
    err.println(
        "Compare the fingerprints with those that the forge publishes: another server may have"
            + " answered.");
    return exit;
  }
}
