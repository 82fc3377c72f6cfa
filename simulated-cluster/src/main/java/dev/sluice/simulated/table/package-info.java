/** Tables as shown by {@code kubectl get}. */
@NullMarked
package dev.sluice.simulated.table;

import org.jspecify.annotations.NullMarked;
