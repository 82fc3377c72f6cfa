/** From manifest text to objects as they are sent: parsed, checked, normalised, digested. */
@NullMarked
package dev.sluice.worker.manifest;

import org.jspecify.annotations.NullMarked;
