/** The shapes of Kubernetes objects, and what may be said about a value by its shape. */
@NullMarked
package dev.sluice.simulated.schema;

import org.jspecify.annotations.NullMarked;
