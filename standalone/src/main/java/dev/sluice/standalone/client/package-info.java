/** Verbs of the command line that call the API: their options and output. */
@NullMarked
package dev.sluice.standalone.client;

import org.jspecify.annotations.NullMarked;
