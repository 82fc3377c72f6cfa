/**
 * The archive of targets: every target of every cluster topic, by generation, also after compaction
 * has deleted its record.
 */
@NullMarked
package dev.sluice.dispatcher.archive;

import org.jspecify.annotations.NullMarked;
