/** Which resources the API server has: the built-in ones and those of CustomResourceDefinitions. */
@NullMarked
package dev.sluice.simulated.resource;

import org.jspecify.annotations.NullMarked;
