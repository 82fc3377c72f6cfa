/** Reads untrusted YAML in time and memory linear in its length. */
@NullMarked
package dev.sluice.contract.yaml;

import org.jspecify.annotations.NullMarked;
