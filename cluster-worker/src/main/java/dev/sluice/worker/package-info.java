/** The worker of one cluster: its configuration, its parts put together, its health. */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
