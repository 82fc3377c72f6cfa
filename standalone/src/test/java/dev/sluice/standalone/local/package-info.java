@NullMarked
package dev.sluice.standalone.local;

import org.jspecify.annotations.NullMarked;
