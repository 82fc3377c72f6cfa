/** The codes of failures, each with its meaning and remedy. */
@NullMarked
package dev.sluice.contract.failure;

import org.jspecify.annotations.NullMarked;
