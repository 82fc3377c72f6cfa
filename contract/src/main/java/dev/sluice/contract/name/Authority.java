package dev.sluice.contract.name;

import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Normalises the host and port of a URL for canonical repository names. */
final class Authority {

  private static final Map<String, String> DEFAULT_PORTS = Map.of("http", "80", "https", "443");
  private static final Pattern PORT = Pattern.compile("0*([1-9][0-9]{0,4})");
  private static final Pattern IPV6 = Pattern.compile("\\[(?=[^]]*:)[0-9A-Fa-f:.]+]");
  private static final Pattern HOST = Pattern.compile("[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?");
  private static final int MAX_HOST_LENGTH = 253;

  private Authority() {}

  /**
   * Returns {@code host}, or {@code host:port} where the port is not the scheme's default. The port
   * of ssh is omitted, because forges serve ssh at another port than https and canonical names have
   * the port of https.
   *
   * @param port digits; empty for the default
   * @throws IllegalArgumentException if the host or the port is not valid
   */
  static String canonical(String scheme, String host, String port) {
    String name = host(host);
    if (port.isEmpty() || scheme.equals("ssh")) {
      return name;
    }
    var digits = PORT.matcher(port);
    if (!digits.matches() || Integer.parseInt(digits.group(1)) > 65_535) {
      throw new IllegalArgumentException("'%s' is not a port".formatted(Names.abbreviated(port)));
    }
    String number = digits.group(1);
    return number.equals(DEFAULT_PORTS.get(scheme)) ? name : name + ":" + number;
  }

  /**
   * Returns the host in lower case, in the ASCII form of international names, without a trailing
   * dot.
   */
  private static String host(String host) {
    try {
      if (IPV6.matcher(host).matches()) {
        InetAddress address = InetAddress.ofLiteral(host.substring(1, host.length() - 1));
        return address instanceof Inet4Address
            ? address.getHostAddress()
            : "[" + address.getHostAddress() + "]";
      }
      String ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
      String name = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
      if (name.length() <= MAX_HOST_LENGTH
          && HOST.matcher(name).matches()
          && !name.contains("..")) {
        return name;
      }
    } catch (IllegalArgumentException e) {
      // reported below
    }
    throw new IllegalArgumentException("'%s' is not a host".formatted(Names.abbreviated(host)));
  }
}
