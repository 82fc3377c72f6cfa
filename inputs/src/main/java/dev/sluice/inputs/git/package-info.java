/**
 * Bare mirrors of repositories, with published artifacts as commits, and commits as trees of files.
 */
@NullMarked
package dev.sluice.inputs.git;

import org.jspecify.annotations.NullMarked;
