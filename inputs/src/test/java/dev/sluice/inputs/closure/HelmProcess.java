package dev.sluice.inputs.closure;

import com.marcnuri.helm.Helm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Renders one chart with the library in a process of its own, so that strace can observe it. */
final class HelmProcess {

  private HelmProcess() {}

  static List<String> command(Path chart, List<Path> values) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                HelmProcess.class.getName(),
                chart.toString()));
    values.forEach(file -> command.add(file.toString()));
    return command;
  }

  /** Takes the chart and its values files as arguments. */
  public static void main(String[] arguments) {
    var command = new Helm(Path.of(arguments[0])).template().withName("release");
    for (int i = 1; i < arguments.length; i++) {
      command.withValuesFile(Path.of(arguments[i]));
    }
    int status = 0;
    try {
      command.call();
    } catch (RuntimeException e) {
      status = 1;
    }
    Runtime.getRuntime().halt(status);
  }
}
