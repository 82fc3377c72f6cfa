package dev.sluice.worker.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The program of a {@link LibraryProcess}: reads charts to render from its input and answers with
 * their output, until its input ends. It halts instead of exiting, since the library takes over
 * signals and the exit.
 */
final class HelmChild {

  private HelmChild() {}

  /** Runs with only the JDK and the library on its class path. */
  public static void main(String[] arguments) {
    DataInputStream in = new DataInputStream(System.in);
    DataOutputStream out = new DataOutputStream(System.out);
    try {
      out.writeUTF(Helm.version().call());
      out.flush();
      while (true) {
        answer(in, out);
      }
    } catch (EOFException e) {
      Runtime.getRuntime().halt(0);
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
  }

  /** Writes a run as {@link #answer} reads it. */
  static void write(DataOutputStream out, ChartRun run) throws IOException {
    out.writeUTF(run.chart().toString());
    out.writeUTF(run.release());
    out.writeUTF(run.namespace());
    out.writeUTF(run.cluster().kubeVersion());
    out.writeBoolean(run.includeCrds());
    out.writeInt(run.valuesFiles().size());
    for (Path values : run.valuesFiles()) {
      out.writeUTF(values.toString());
    }
    out.writeInt(run.sets().size());
    for (Map.Entry<String, String> set : new TreeMap<>(run.sets()).entrySet()) {
      out.writeUTF(set.getKey());
      out.writeUTF(set.getValue());
    }
    out.flush();
  }

  private static void answer(DataInputStream in, DataOutputStream out) throws IOException {
    Path chart = Path.of(in.readUTF());
    TemplateCommand command = new Helm(chart).template().withName(in.readUTF());
    command.withNamespace(in.readUTF());
    String kubeVersion = in.readUTF();
    if (!kubeVersion.isEmpty()) {
      command.withKubeVersion(kubeVersion);
    }
    boolean includeCrds = in.readBoolean();
    command.skipCrds();
    for (int files = in.readInt(); files > 0; files--) {
      command.withValuesFile(Path.of(in.readUTF()));
    }
    for (int sets = in.readInt(); sets > 0; sets--) {
      command.set(in.readUTF(), in.readUTF());
    }
    boolean rendered;
    String text;
    try {
      String crds = includeCrds ? new Helm(chart).show().crds().call() : "";
      text = crds + "\n---\n" + command.call();
      rendered = true;
    } catch (RuntimeException e) {
      text = String.valueOf(e.getMessage());
      rendered = false;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeBoolean(rendered);
    out.writeInt(bytes.length);
    out.write(bytes);
    out.flush();
  }
}
