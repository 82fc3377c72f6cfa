package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import java.util.Optional;
import java.util.Set;

/** Command to one application, in clusters that the caller may see. */
record Order(EventId id, Definition definition, Set<ClusterName> clusters, Command command) {

  CommandEvent.Given given(Principal by, String reason) {
    return new CommandEvent.Given(
        definition.owningRepository(),
        definition.application(),
        clusters,
        command,
        by.name(),
        reason,
        Optional.of(by.caller()));
  }
}
