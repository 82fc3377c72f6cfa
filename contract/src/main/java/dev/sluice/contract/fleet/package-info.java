/** The fleet: which application of which repository belongs in which cluster. */
@NullMarked
package dev.sluice.contract.fleet;

import org.jspecify.annotations.NullMarked;
