package dev.sluice.contract.fleet;

/**
 * What a worker must know of an application besides its inputs; part of what a generation is about.
 *
 * @param namespace where namespaced objects go that name none
 */
public record ApplicationSpec(String namespace, Policy policy) {}
