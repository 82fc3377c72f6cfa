package dev.sluice.contract.fleet;

/**
 * The properties of an application that a worker needs besides its inputs; a change of them is a
 * new generation.
 *
 * @param namespace the default namespace, for namespaced objects without one
 */
public record ApplicationSpec(String namespace, Policy policy) {}
