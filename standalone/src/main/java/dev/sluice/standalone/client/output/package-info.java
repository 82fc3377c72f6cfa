/** The form of output for people: tables that fit a terminal, ages and colours. */
@NullMarked
package dev.sluice.standalone.client.output;

import org.jspecify.annotations.NullMarked;
