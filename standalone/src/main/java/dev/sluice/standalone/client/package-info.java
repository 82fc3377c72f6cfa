/** The verbs that ask the API: their options, and what they print. */
@NullMarked
package dev.sluice.standalone.client;

import org.jspecify.annotations.NullMarked;
