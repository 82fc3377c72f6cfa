/** HTTP servers: limits on the cost of requests, and the responses to outcomes. */
@NullMarked
package dev.sluice.receiver.http;

import org.jspecify.annotations.NullMarked;
