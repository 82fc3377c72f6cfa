/**
 * Commands that need no running Sluice: validating a fleet, rendering and comparing a checkout, and
 * sending one delivery.
 */
@NullMarked
package dev.sluice.standalone.local;

import org.jspecify.annotations.NullMarked;
