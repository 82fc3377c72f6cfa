/** Manifests: from text to objects that are parsed, checked, normalised and digested. */
@NullMarked
package dev.sluice.worker.manifest;

import org.jspecify.annotations.NullMarked;
