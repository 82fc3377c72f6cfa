/**
 * Inputs outside of the followed repositories, such as charts and remote bases. Each is fetched
 * once and kept.
 */
@NullMarked
package dev.sluice.inputs.remote;

import org.jspecify.annotations.NullMarked;
