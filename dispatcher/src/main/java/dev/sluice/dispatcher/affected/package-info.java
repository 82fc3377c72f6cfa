/** What a commit would affect, told from a local checkout. */
@org.jspecify.annotations.NullMarked
package dev.sluice.dispatcher.affected;
