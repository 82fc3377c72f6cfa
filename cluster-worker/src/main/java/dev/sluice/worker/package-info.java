/** The worker of one cluster: its configuration, its leader sessions, its health. */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
