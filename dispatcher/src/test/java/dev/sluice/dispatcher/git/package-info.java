@NullMarked
package dev.sluice.dispatcher.git;

import org.jspecify.annotations.NullMarked;
