@NullMarked
package dev.sluice.inputs.closure;

import org.jspecify.annotations.NullMarked;
