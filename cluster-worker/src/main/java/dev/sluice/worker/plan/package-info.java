/** Pure planning: the changes and their order, from the desired objects and the old inventory. */
@NullMarked
package dev.sluice.worker.plan;

import org.jspecify.annotations.NullMarked;
