/** Checker of the guarantees, from topics, ledgers, live objects and Git. */
@NullMarked
package dev.sluice.standalone.verify;

import org.jspecify.annotations.NullMarked;
