/** Inputs of applications that are plain YAML and JSON files. */
@NullMarked
package dev.sluice.inputs.plain;

import org.jspecify.annotations.NullMarked;
