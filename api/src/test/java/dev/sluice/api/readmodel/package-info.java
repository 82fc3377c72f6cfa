@NullMarked
package dev.sluice.api.readmodel;

import org.jspecify.annotations.NullMarked;
