package dev.sluice.dispatcher.api;

import dev.sluice.dispatcher.readmodel.Scope;

/**
 * Who asks.
 *
 * @param name what the audit calls them
 * @param scope the part of the fleet that they see and may command
 */
record Principal(String name, Role role, Scope scope) {}
