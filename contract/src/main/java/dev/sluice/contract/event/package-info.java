/** The events on the topics, as records, with their codec. */
@NullMarked
package dev.sluice.contract.event;

import org.jspecify.annotations.NullMarked;
