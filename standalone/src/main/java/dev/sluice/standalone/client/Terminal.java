package dev.sluice.standalone.client;

import dev.sluice.platform.config.Setting;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * The streams that a verb prints to, and the environment that its settings come from.
 *
 * @param interactive whether the streams are a terminal, which shows progress and colours
 * @param known settings of other commands, which may be in the environment or the file too
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean interactive,
    Clock clock,
    List<Setting<?>> known,
    Map<String, String> environment) {}
