@org.jspecify.annotations.NullMarked
package dev.sluice.dispatcher.api;
