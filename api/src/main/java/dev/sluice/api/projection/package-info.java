/** Projections of the records of the topics into the read model's database. */
@NullMarked
package dev.sluice.api.projection;

import org.jspecify.annotations.NullMarked;
