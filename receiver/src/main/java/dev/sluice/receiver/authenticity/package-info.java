/**
 * Authentication of senders: the signature schemes of the forges, over the raw bytes of a request.
 */
@NullMarked
package dev.sluice.receiver.authenticity;

import org.jspecify.annotations.NullMarked;
