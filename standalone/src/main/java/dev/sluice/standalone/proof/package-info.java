/** Proof that the topics are unchanged: {@code sluice verify --log}. */
@NullMarked
package dev.sluice.standalone.proof;

import org.jspecify.annotations.NullMarked;
