/** What a failure may cost: one item, or the process. */
@NullMarked
package dev.sluice.contract.process;

import org.jspecify.annotations.NullMarked;
