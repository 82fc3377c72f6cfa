/** Bodies of requests: their JSON as records, and sentences about what is wrong with it. */
@NullMarked
package dev.sluice.api.body;

import org.jspecify.annotations.NullMarked;
