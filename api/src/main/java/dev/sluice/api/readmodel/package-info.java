/**
 * Queries over everything that happened, for the API. The read model can be deleted at any time,
 * since it is built from the topics.
 */
@NullMarked
package dev.sluice.api.readmodel;

import org.jspecify.annotations.NullMarked;
