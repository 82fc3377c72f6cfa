/**
 * Settings of the components. One definition serves the command line, the environment and the
 * configuration file.
 */
@NullMarked
package dev.sluice.platform.config;

import org.jspecify.annotations.NullMarked;
