/** Resources of the API server: the built-in ones and those of CustomResourceDefinitions. */
@NullMarked
package dev.sluice.simulated.resource;

import org.jspecify.annotations.NullMarked;
