/** Commands over a checkout on this machine, without any server. */
@NullMarked
package dev.sluice.standalone.local;

import org.jspecify.annotations.NullMarked;
