/** Health of objects and applications. */
@NullMarked
package dev.sluice.contract.health;

import org.jspecify.annotations.NullMarked;
