/** Digests of records, and the chains and checkpoints that prove a log unchanged. */
@NullMarked
package dev.sluice.contract.proof;

import org.jspecify.annotations.NullMarked;
