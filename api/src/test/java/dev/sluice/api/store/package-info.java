@NullMarked
package dev.sluice.api.store;

import org.jspecify.annotations.NullMarked;
