/** From the files of a source to manifest text; the only place that starts a renderer. */
@NullMarked
package dev.sluice.worker.render;

import org.jspecify.annotations.NullMarked;
