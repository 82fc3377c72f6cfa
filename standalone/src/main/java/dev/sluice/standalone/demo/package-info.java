/** The demo: a fleet, a repository with a webhook, two clusters, and a report on the terminal. */
@NullMarked
package dev.sluice.standalone.demo;

import org.jspecify.annotations.NullMarked;
