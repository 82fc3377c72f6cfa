@NullMarked
package dev.sluice.api.page;

import org.jspecify.annotations.NullMarked;
