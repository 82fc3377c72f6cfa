/**
 * Program that plays the kubelet and the workload controllers.
 *
 * <p>{@link dev.sluice.simulated.runner.PodRunner} is the entry point. It is a client of the API:
 * {@code api} keeps the objects that watches show, {@code control} asks for the plan of each
 * changed object and makes its writes, {@code workload} and {@code node} have the rules, which are
 * functions of the objects and of the time. One event loop runs all of it.
 */
@NullMarked
package dev.sluice.simulated.runner;

import org.jspecify.annotations.NullMarked;
