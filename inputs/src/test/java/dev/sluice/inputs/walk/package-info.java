@NullMarked
package dev.sluice.inputs.walk;

import org.jspecify.annotations.NullMarked;
