/** The contract between the parts: what is on the topics, and what everything is named by. */
@NullMarked
package dev.sluice.contract;

import org.jspecify.annotations.NullMarked;
