package dev.sluice.api.http;

import dev.sluice.api.readmodel.Scope;

/**
 * Authenticated caller.
 *
 * @param name used in the audit
 * @param scope the part of the fleet that the caller may see and command
 */
record Principal(String name, Role role, Scope scope) {}
