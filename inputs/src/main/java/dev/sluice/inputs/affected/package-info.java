/** The comparison of two commits of a local checkout to find the affected applications. */
@NullMarked
package dev.sluice.inputs.affected;

import org.jspecify.annotations.NullMarked;
