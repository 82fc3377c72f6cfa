@NullMarked
package dev.sluice.api.http;

import org.jspecify.annotations.NullMarked;
