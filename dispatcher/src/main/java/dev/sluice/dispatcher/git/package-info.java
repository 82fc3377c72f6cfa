/** Git: bare mirrors of the followed repositories, and commits as trees of files. */
@NullMarked
package dev.sluice.dispatcher.git;

import org.jspecify.annotations.NullMarked;
