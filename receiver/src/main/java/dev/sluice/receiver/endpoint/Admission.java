package dev.sluice.receiver.endpoint;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Restrictions of an endpoint in addition to authentication.
 *
 * @param networks networks that requests may come from; empty allows any
 * @param repositories repositories that events may be about; empty allows any
 * @param maxBodyBytes maximum size of a body, if less than the receiver's
 */
public record Admission(
    List<Network> networks, List<RepositoryPattern> repositories, Optional<Integer> maxBodyBytes) {

  public static final Admission ANY = new Admission(List.of(), List.of(), Optional.empty());

  public Admission {
    networks = List.copyOf(networks);
    repositories = List.copyOf(repositories);
  }

  public boolean admits(InetAddress source) {
    return networks.isEmpty() || networks.stream().anyMatch(network -> network.contains(source));
  }

  /** Returns whether the endpoint accepts an event of a repository of the forge. */
  public boolean admits(ForgeAddress address, ChangeEvent event) {
    return admits(address, event.repository())
        || (event instanceof RepositoryMoved moved && admits(address, moved.movedTo()));
  }

  private boolean admits(ForgeAddress address, RepositoryId repository) {
    String path = address.pathOf(repository);
    return repositories.isEmpty()
        || repositories.stream().anyMatch(pattern -> pattern.matches(path));
  }

  /**
   * Pattern for the repositories that an endpoint accepts: a path on its host, in which {@code *}
   * matches within a name and {@code **} matches anything, such as {@code acme/*}.
   */
  public record RepositoryPattern(String path) {

    private static final Pattern FORM = Pattern.compile("[^\\s/,][^\\s,]*");

    public RepositoryPattern {
      if (!FORM.matcher(path).matches()) {
        throw new IllegalArgumentException("expected repository=PATH such as acme/* or acme/shop");
      }
    }

    /** Returns the pattern for a forge's repositories; some forges ignore the case of paths. */
    static RepositoryPattern of(Forge forge, String path) {
      return new RepositoryPattern(forge.ignoresCase() ? path.toLowerCase(Locale.ROOT) : path);
    }

    /** Returns whether the pattern matches a path of a canonical name. */
    boolean matches(String candidate) {
      StringBuilder regex = new StringBuilder();
      for (String part : path.splitWithDelimiters("\\*\\*?", 0)) {
        regex.append(
            switch (part) {
              case "**" -> ".*";
              case "*" -> "[^/]*";
              default -> Pattern.quote(part);
            });
      }
      return candidate.matches(regex.toString());
    }
  }
}
