/** The HTTP API over the read model, and the service that publishes operators' commands. */
@NullMarked
package dev.sluice.api.http;

import org.jspecify.annotations.NullMarked;
