/** Reads kustomizations as kustomize does: which values are references, and which are content. */
@NullMarked
package dev.sluice.contract.kustomize;

import org.jspecify.annotations.NullMarked;
