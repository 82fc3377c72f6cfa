package dev.sluice.inputs.propose;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The applications that a repository suggests.
 *
 * @param applications sorted by path
 * @param leftOut sorted by path
 * @param namespaces the namespaces that manifests of the repository declare
 */
public record Proposals(
    List<Proposal> applications, List<LeftOut> leftOut, Set<String> namespaces) {

  public Proposals {
    applications = List.copyOf(applications);
    leftOut = List.copyOf(leftOut);
    namespaces = Set.copyOf(new TreeSet<>(namespaces));
  }
}
