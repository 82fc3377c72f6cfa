/** The HTTP API over the read model, and the desk where operators' commands are taken. */
@NullMarked
package dev.sluice.dispatcher.api;

import org.jspecify.annotations.NullMarked;
