package dev.sluice.standalone.client;

import dev.sluice.platform.config.Setting;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Where a verb prints, and where its settings come from.
 *
 * @param interactive whether someone watches the messages as they come
 * @param known the settings that may be in the environment or the file, for other commands
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean interactive,
    List<Setting<?>> known,
    Map<String, String> environment) {}
