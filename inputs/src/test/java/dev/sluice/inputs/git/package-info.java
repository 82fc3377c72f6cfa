@NullMarked
package dev.sluice.inputs.git;

import org.jspecify.annotations.NullMarked;
