/** The embedded database of the read model: connections, statements, rows. */
@NullMarked
package dev.sluice.api.store;

import org.jspecify.annotations.NullMarked;
