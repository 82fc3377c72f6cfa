/** The command line: commands made from settings, their logs and their life. */
@NullMarked
package dev.sluice.standalone.cli;

import org.jspecify.annotations.NullMarked;
