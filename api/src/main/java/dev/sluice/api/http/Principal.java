package dev.sluice.api.http;

import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.CommandEvent;
import java.util.Optional;

/**
 * Authenticated caller.
 *
 * @param name used in the audit
 * @param scope the part of the fleet that the caller may see and command
 * @param address the network address that the request came from
 * @param userAgent the program that sent it
 */
record Principal(
    String name, Role role, Scope scope, Optional<String> address, Optional<String> userAgent) {

  /** Creates a caller whose request is not known yet. */
  Principal(String name, Role role, Scope scope) {
    this(name, role, scope, Optional.empty(), Optional.empty());
  }

  /** Returns this caller with where its request came from. */
  Principal from(Sender sender) {
    return new Principal(name, role, scope, sender.address(), sender.userAgent());
  }

  /** Returns what the audit records besides the name. */
  CommandEvent.Caller caller() {
    return new CommandEvent.Caller(role.label(), address, userAgent);
  }
}
