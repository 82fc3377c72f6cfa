/** HTTP API server: requests, objects, watches and Status errors. */
@NullMarked
package dev.sluice.simulated.server;

import org.jspecify.annotations.NullMarked;
