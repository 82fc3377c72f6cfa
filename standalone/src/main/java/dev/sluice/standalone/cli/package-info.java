/** The command line: commands from settings, logging, and start and stop of processes. */
@NullMarked
package dev.sluice.standalone.cli;

import org.jspecify.annotations.NullMarked;
