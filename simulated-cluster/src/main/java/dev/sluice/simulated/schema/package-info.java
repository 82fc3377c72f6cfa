/** Types of Kubernetes objects, and checks of values against them. */
@NullMarked
package dev.sluice.simulated.schema;

import org.jspecify.annotations.NullMarked;
