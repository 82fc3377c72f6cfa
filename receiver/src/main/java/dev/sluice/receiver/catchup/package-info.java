/** Asking a forge to deliver again what it could not deliver. */
@NullMarked
package dev.sluice.receiver.catchup;

import org.jspecify.annotations.NullMarked;
