/** Expressions of CEL over objects of Kubernetes. */
@NullMarked
package dev.sluice.contract.cel;

import org.jspecify.annotations.NullMarked;
