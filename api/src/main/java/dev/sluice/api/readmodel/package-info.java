/**
 * Queries over the history in the topics, for the API. The read model can be deleted at any time,
 * since it is rebuilt from the topics.
 */
@NullMarked
package dev.sluice.api.readmodel;

import org.jspecify.annotations.NullMarked;
