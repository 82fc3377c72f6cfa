/** The admission policy that refuses writes by others to the objects of applications. */
@NullMarked
package dev.sluice.worker.protect;

import org.jspecify.annotations.NullMarked;
