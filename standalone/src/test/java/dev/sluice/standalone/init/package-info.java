@NullMarked
package dev.sluice.standalone.init;

import org.jspecify.annotations.NullMarked;
