/** Semantic versions and ranges of them. */
@NullMarked
package dev.sluice.contract.version;

import org.jspecify.annotations.NullMarked;
