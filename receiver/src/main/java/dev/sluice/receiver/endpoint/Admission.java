package dev.sluice.receiver.endpoint;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What an endpoint lets in, beside what is authentic.
 *
 * @param networks where requests may come from; anywhere if there is none
 * @param repositories which repositories may be told of; any if there is none
 * @param maxBodyBytes size of its largest body, if it is less than that of all
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

  /** Whether an event of a repository of the forge is let in. */
  public boolean admits(ForgeAddress address, ChangeEvent event) {
    return admits(address, event.repository())
        || (event instanceof RepositoryMoved moved && admits(address, moved.movedTo()));
  }

  private boolean admits(ForgeAddress address, RepositoryId repository) {
    String path = address.pathOf(repository);
    return repositories.isEmpty()
        || repositories.stream().anyMatch(pattern -> pattern.matches(path));
  }
}
