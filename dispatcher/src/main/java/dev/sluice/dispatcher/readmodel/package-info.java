/**
 * What happened, for readers: topics in, an embedded database with indexes, questions out. It can
 * be thrown away at any time; the topics are the truth.
 */
@NullMarked
package dev.sluice.dispatcher.readmodel;

import org.jspecify.annotations.NullMarked;
