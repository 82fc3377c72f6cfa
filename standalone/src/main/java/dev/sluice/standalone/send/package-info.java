/** A delivery made by hand. */
@NullMarked
package dev.sluice.standalone.send;

import org.jspecify.annotations.NullMarked;
