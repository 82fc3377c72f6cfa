package dev.sluice.api.http;

import dev.sluice.api.readmodel.Scope;

/**
 * Who asks.
 *
 * @param name what the audit calls them
 * @param scope the part of the fleet that they see and may command
 */
record Principal(String name, Role role, Scope scope) {}
