@org.jspecify.annotations.NullMarked
package dev.sluice.standalone.trace;
