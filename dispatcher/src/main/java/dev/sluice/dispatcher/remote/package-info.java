/** What lies outside of the repositories that applications are in: fetched once, and kept. */
@NullMarked
package dev.sluice.dispatcher.remote;

import org.jspecify.annotations.NullMarked;
