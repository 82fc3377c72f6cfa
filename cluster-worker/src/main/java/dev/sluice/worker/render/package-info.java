/**
 * Rendering: from the files of a source to manifest text; the only package that starts renderers.
 */
@NullMarked
package dev.sluice.worker.render;

import org.jspecify.annotations.NullMarked;
