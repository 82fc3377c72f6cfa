@NullMarked
package dev.sluice.dispatcher.closure;

import org.jspecify.annotations.NullMarked;
