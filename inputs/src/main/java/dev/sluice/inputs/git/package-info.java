/** Git: bare mirrors of repositories, and commits as trees of files. */
@NullMarked
package dev.sluice.inputs.git;

import org.jspecify.annotations.NullMarked;
