/** The comparison of two commits in a local checkout: which applications does the change affect? */
@NullMarked
package dev.sluice.inputs.affected;

import org.jspecify.annotations.NullMarked;
