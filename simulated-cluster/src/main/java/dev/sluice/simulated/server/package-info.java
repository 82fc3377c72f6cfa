/** The API server itself: requests in, objects, watches and Status errors out. */
@NullMarked
package dev.sluice.simulated.server;

import org.jspecify.annotations.NullMarked;
