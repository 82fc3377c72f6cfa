package dev.sluice.standalone.process;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.ExitException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Check of all ports of a process before any part of it starts. */
public final class Ports {

  private static final String PORT = "-port";
  private static final String HOST = "-host";

  private Ports() {}

  /**
   * A port that a part will listen on.
   *
   * @param option the option that sets it
   * @param host the address to listen on; empty for all addresses
   */
  record Port(String option, Optional<String> host, int number) {

    private InetSocketAddress address() {
      return host.map(name -> new InetSocketAddress(name, number))
          .orElseGet(() -> new InetSocketAddress(number));
    }
  }

  /**
   * Checks that the ports among these settings are free. A setting {@code X-port} is a port, and
   * {@code X-host} is its address.
   *
   * @param loopback settings of ports on the loopback address
   * @throws ExitException if a port cannot be used; it names all of them
   */
  public static void check(
      List<Setting<?>> settings, SettingValues values, List<Setting<Integer>> loopback) {
    List<Port> ports = new ArrayList<>();
    for (Setting<?> setting : settings) {
      if (setting.name().endsWith(PORT)) {
        ports.add(
            new Port(
                setting.option(),
                loopback.contains(setting)
                    ? Optional.of("127.0.0.1")
                    : host(setting, settings, values),
                number(setting, values)));
      }
    }
    check(ports);
  }

  /**
   * Returns the address of the first of some ports that is set; empty if none is, or if the part
   * chooses a free port.
   */
  static Optional<InetSocketAddress> address(
      List<Setting<?>> ports, List<Setting<?>> settings, SettingValues values) {
    return ports.stream()
        .map(port -> new Port(port.option(), host(port, settings, values), number(port, values)))
        .filter(port -> port.number() != 0)
        .map(Port::address)
        .findFirst();
  }

  /** Returns the number of a port; 0 if it is not set. */
  private static int number(Setting<?> port, SettingValues values) {
    Object value = values.get(port);
    Object number = value instanceof Optional<?> given && given.isPresent() ? given.get() : value;
    return number instanceof Integer found ? found : 0;
  }

  static void check(List<Port> ports) {
    List<String> problems = new ArrayList<>();
    Map<Integer, String> options = new HashMap<>();
    for (Port port : ports) {
      if (port.number() == 0) {
        continue;
      }
      String other = options.putIfAbsent(port.number(), port.option());
      if (other != null) {
        problems.add(
            "port %d is given to both %s and %s".formatted(port.number(), other, port.option()));
      } else {
        problem(port).ifPresent(problems::add);
      }
    }
    if (!problems.isEmpty()) {
      throw new ExitException(1, String.join("; ", problems));
    }
  }

  private static Optional<String> host(
      Setting<?> port, List<Setting<?>> settings, SettingValues values) {
    String name = port.name().substring(0, port.name().length() - PORT.length()) + HOST;
    return settings.stream()
        .filter(setting -> setting.name().equals(name))
        .map(setting -> String.valueOf((Object) values.get(setting)))
        .findFirst();
  }

  private static Optional<String> problem(Port port) {
    InetSocketAddress address = port.address();
    if (address.isUnresolved()) {
      return Optional.of(
          "the address %s of %s is unknown".formatted(port.host().orElse(""), port.option()));
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address, 1);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "cannot listen on port %d (%s): %s"
              .formatted(
                  port.number(),
                  port.option(),
                  PortHolder.of(port.number())
                      .map(holder -> "%s listens there".formatted(holder))
                      .orElse(e.getMessage())));
    }
  }
}
