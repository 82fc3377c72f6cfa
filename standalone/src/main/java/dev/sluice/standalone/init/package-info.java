/** Commands that connect a repository: a first fleet, its webhook, and its first delivery. */
@NullMarked
package dev.sluice.standalone.init;

import org.jspecify.annotations.NullMarked;
