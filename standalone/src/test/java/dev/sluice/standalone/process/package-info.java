@NullMarked
package dev.sluice.standalone.process;

import org.jspecify.annotations.NullMarked;
