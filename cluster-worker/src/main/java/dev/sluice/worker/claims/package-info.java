/** The claims of applications on objects, which decide who may write or delete them. */
@NullMarked
package dev.sluice.worker.claims;

import org.jspecify.annotations.NullMarked;
