/** Input closures: all that an application's rendering reads of a commit, and who reads what. */
@NullMarked
package dev.sluice.dispatcher.closure;

import org.jspecify.annotations.NullMarked;
