@NullMarked
package dev.sluice.api.projection;

import org.jspecify.annotations.NullMarked;
