/**
 * Settings of every part: one definition serves the command line, the environment and the
 * configuration file.
 */
@NullMarked
package dev.sluice.contract.config;

import org.jspecify.annotations.NullMarked;
