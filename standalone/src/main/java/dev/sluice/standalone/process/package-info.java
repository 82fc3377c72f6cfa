/** Processes that run parts, each alone or all in one, with access to clusters and tracing. */
@NullMarked
package dev.sluice.standalone.process;

import org.jspecify.annotations.NullMarked;
