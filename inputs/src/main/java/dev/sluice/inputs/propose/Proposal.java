package dev.sluice.inputs.propose;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import java.util.List;

/**
 * An application that the files of a repository suggest.
 *
 * @param path the source's path; empty for the repository's root
 * @param plain the selection of manifests; the default for other types
 * @param namespace for objects that name none
 * @param reason why it is proposed
 * @param notes what the author of the fleet should check
 */
public record Proposal(
    ApplicationName name,
    String path,
    SourceType type,
    PlainOptions plain,
    String namespace,
    String reason,
    List<String> notes) {

  public Proposal {
    notes = List.copyOf(notes);
  }

  /** Returns this proposal with another namespace. */
  public Proposal inNamespace(String other) {
    return new Proposal(name, path, type, plain, other, reason, notes);
  }
}
