/**
 * Remote inputs: charts and bases outside of the fleet's repositories. Each is fetched once and
 * kept.
 */
@NullMarked
package dev.sluice.inputs.remote;

import org.jspecify.annotations.NullMarked;
