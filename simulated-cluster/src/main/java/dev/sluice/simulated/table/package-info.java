/** The tables that {@code kubectl get} shows. */
@NullMarked
package dev.sluice.simulated.table;

import org.jspecify.annotations.NullMarked;
