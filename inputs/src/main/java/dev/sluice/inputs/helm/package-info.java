/** Inputs of Helm charts: templates, values files and dependencies. */
@NullMarked
package dev.sluice.inputs.helm;

import org.jspecify.annotations.NullMarked;
