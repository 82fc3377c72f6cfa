package dev.sluice.standalone.init;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.inputs.propose.LeftOut;
import dev.sluice.inputs.propose.Proposal;
import dev.sluice.inputs.propose.Proposals;
import dev.sluice.standalone.cli.Visible;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Printer of proposals and of what to do next. Texts from the repository are made visible. */
final class InitReport {

  private static final int GAP = 3;
  private static final int MAX_LEFT_OUT = 20;

  private final PrintStream out;

  InitReport(PrintStream out) {
    this.out = out;
  }

  void line(String text) {
    out.println(Visible.line(text));
  }

  void proposals(Proposals proposals, Map<ApplicationName, String> refused) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("APPLICATION", "TYPE", "PATH", "NAMESPACE", "REASON"));
    for (Proposal one : proposals.applications()) {
      String reason = refused.get(one.name());
      List<String> notes = new ArrayList<>(List.of(one.reason()));
      notes.addAll(one.notes());
      rows.add(
          List.of(
              one.name().value(),
              one.type().name().toLowerCase(Locale.ROOT),
              one.path().isEmpty() ? "." : one.path(),
              one.namespace(),
              reason == null ? String.join("; ", notes) : "not in the fleet yet: " + reason));
    }
    table(rows);
    leftOut(proposals.leftOut());
  }

  void setup(WebhookSetup setup) {
    line(setup.title() + ":");
    List<List<String>> rows = new ArrayList<>();
    setup.entries().forEach(entry -> rows.add(List.of("  " + entry.field(), entry.value())));
    table(rows);
  }

  private void leftOut(List<LeftOut> all) {
    if (all.isEmpty()) {
      return;
    }
    line("");
    line("No application is proposed for:");
    all.stream().limit(MAX_LEFT_OUT).forEach(one -> line("  " + FleetText.line(one)));
    if (all.size() > MAX_LEFT_OUT) {
      line("  and %d more".formatted(all.size() - MAX_LEFT_OUT));
    }
  }

  private void table(List<List<String>> rows) {
    for (List<String> row : rows) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width =
            rows.stream().mapToInt(one -> Visible.line(one.get(column)).length()).max().orElse(0);
        String cell = Visible.line(row.get(i));
        text.append(cell).repeat(" ", width - cell.length() + GAP);
      }
      line(text.toString().stripTrailing());
    }
  }
}
