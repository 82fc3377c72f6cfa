/** Proposals of applications for a repository that is not in the fleet yet. */
@NullMarked
package dev.sluice.inputs.propose;

import org.jspecify.annotations.NullMarked;
