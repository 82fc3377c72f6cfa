/** Client of the API server: requests, watches and the objects that they have shown. */
@NullMarked
package dev.sluice.simulated.runner.api;

import org.jspecify.annotations.NullMarked;
