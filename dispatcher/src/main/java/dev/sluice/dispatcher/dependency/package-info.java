/** Relay of the standing of applications to the partitions whose applications depend on them. */
@NullMarked
package dev.sluice.dispatcher.dependency;

import org.jspecify.annotations.NullMarked;
