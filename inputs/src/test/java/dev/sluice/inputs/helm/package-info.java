@NullMarked
package dev.sluice.inputs.helm;

import org.jspecify.annotations.NullMarked;
