/** Verification of the signatures of commits and tags. */
@NullMarked
package dev.sluice.inputs.signature;

import org.jspecify.annotations.NullMarked;
