package dev.sluice.contract.name;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Maps the many forms of repository URLs in Azure DevOps to the canonical one, {@code
 * dev.azure.com/ORG/PROJECT/_git/NAME}.
 *
 * @see <a
 *     href="https://learn.microsoft.com/en-us/azure/devops/repos/git/use-ssh-keys-to-authenticate">
 *     Azure DevOps: use SSH key authentication</a>
 */
final class AzureDevops {

  private static final String HOST = "dev.azure.com";
  private static final String FORMER_HOST = ".visualstudio.com";
  private static final String FORMER_SSH_HOST = "vs-ssh.visualstudio.com";
  private static final String FORMER_COLLECTION = "defaultcollection";
  private static final String GIT = "_git";

  /** A host with port, and a path on it. */
  record Location(String authority, List<String> path) {}

  private AzureDevops() {}

  /** Returns whether a host belongs to Azure DevOps. */
  static boolean isAzure(String authority) {
    return authority.equals(HOST)
        || authority.equals("ssh." + HOST)
        || authority.endsWith(FORMER_HOST);
  }

  /**
   * Returns the canonical location of a repository or an organization. Locations outside of Azure
   * DevOps are returned unchanged.
   *
   * @param path in lower case
   */
  static Location located(Optional<String> user, String authority, List<String> path) {
    boolean ssh = authority.equals("ssh." + HOST) || authority.equals(FORMER_SSH_HOST);
    if (ssh && path.size() == 4 && path.getFirst().equals("v3")) {
      return repository(path.get(1), List.of(path.get(2)), path.get(3));
    }
    if (authority.equals(FORMER_SSH_HOST) && user.isPresent()) {
      return former(user.get().toLowerCase(Locale.ROOT), path);
    }
    if (authority.endsWith(FORMER_HOST) && !authority.equals(FORMER_SSH_HOST)) {
      return former(authority.substring(0, authority.length() - FORMER_HOST.length()), path);
    }
    return authority.equals(HOST) && path.size() > 1
        ? organization(path.getFirst(), path.subList(1, path.size()))
        : new Location(authority, path);
  }

  private static Location former(String organization, List<String> path) {
    boolean inCollection = !path.isEmpty() && path.getFirst().equals(FORMER_COLLECTION);
    return organization(organization, inCollection ? path.subList(1, path.size()) : path);
  }

  private static Location organization(String organization, List<String> path) {
    int git = Math.max(path.indexOf(GIT), path.indexOf("_ssh"));
    if (git < 0 || git == path.size() - 1) {
      List<String> all = new ArrayList<>(List.of(organization));
      all.addAll(path);
      return new Location(HOST, List.copyOf(all));
    }
    // old URLs may have _full or _optimized between _git and the name
    return repository(organization, path.subList(0, git), path.getLast());
  }

  /**
   * Returns the location of a repository; the project is optional if it has the repository's name.
   */
  private static Location repository(String organization, List<String> project, String name) {
    List<String> all = new ArrayList<>(List.of(organization));
    all.addAll(project.isEmpty() ? List.of(name) : project);
    all.add(GIT);
    all.add(name);
    return new Location(HOST, List.copyOf(all));
  }
}
