/**
 * Generators of ApplicationSets: pure functions of fleet documents and Git trees that return the
 * elements of a set, and the template that is filled in for each of them.
 */
@NullMarked
package dev.sluice.dispatcher.generate;

import org.jspecify.annotations.NullMarked;
