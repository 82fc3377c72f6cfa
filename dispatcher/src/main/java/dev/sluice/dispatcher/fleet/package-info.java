/** From the fleet's documents to definitions that the homes know. */
@NullMarked
package dev.sluice.dispatcher.fleet;

import org.jspecify.annotations.NullMarked;
