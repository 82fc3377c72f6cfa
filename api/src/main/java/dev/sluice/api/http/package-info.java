/**
 * The HTTP API over the read model, the service that publishes operators' commands, and the
 * sessions of the page.
 */
@NullMarked
package dev.sluice.api.http;

import org.jspecify.annotations.NullMarked;
