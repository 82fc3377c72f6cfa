/** The web page: its files, as they are served. */
@NullMarked
package dev.sluice.api.page;

import org.jspecify.annotations.NullMarked;
