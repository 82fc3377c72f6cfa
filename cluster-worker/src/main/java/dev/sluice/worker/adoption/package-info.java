/** Whether an application may take over objects that exist already and that it does not own. */
@NullMarked
package dev.sluice.worker.adoption;

import org.jspecify.annotations.NullMarked;
