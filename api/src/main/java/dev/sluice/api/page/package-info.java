/** The web page: its files, as they are served. Its sign-in is in {@code http}. */
@NullMarked
package dev.sluice.api.page;

import org.jspecify.annotations.NullMarked;
