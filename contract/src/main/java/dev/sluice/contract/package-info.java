/** The contract between the components: events on the topics, the fleet's model, names and ids. */
@NullMarked
package dev.sluice.contract;

import org.jspecify.annotations.NullMarked;
