/** The checker: decides from topics, ledgers and live objects whether the promises hold. */
@NullMarked
package dev.sluice.standalone.verify;

import org.jspecify.annotations.NullMarked;
