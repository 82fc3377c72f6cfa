/**
 * Downloads: charts and bases that inputs use from outside of the fleet's repositories, and the
 * charts and OCI artifacts that are repositories of the fleet.
 */
@NullMarked
package dev.sluice.inputs.remote;

import org.jspecify.annotations.NullMarked;
