/** Inputs of kustomizations: bases, components, generators, charts and plugins. */
@NullMarked
package dev.sluice.inputs.kustomize;

import org.jspecify.annotations.NullMarked;
