package dev.sluice.standalone.client;

import dev.sluice.platform.config.Setting;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** The verbs that call the API. */
public final class Client {

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final Clock clock;

  /**
   * Creates a client whose output is no terminal.
   *
   * @param out takes data
   * @param err takes messages
   */
  public Client(PrintStream out, PrintStream err) {
    this(out, err, false, Clock.systemUTC());
  }

  /**
   * Creates a client.
   *
   * @param interactive whether the streams are a terminal, which shows progress and colours
   * @param clock that ages are counted by
   */
  public Client(PrintStream out, PrintStream err, boolean interactive, Clock clock) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.clock = clock;
  }

  /** Creates the verbs, which read their settings from this environment. */
  public List<Object> verbs(List<Setting<?>> known, Map<String, String> environment) {
    Terminal terminal = new Terminal(out, err, interactive, clock, known, environment);
    return List.of(
        new StatusVerb(terminal),
        new GetVerb(terminal),
        new DescribeVerb(terminal),
        new HistoryVerb(terminal),
        new TraceVerb(terminal),
        new ExplainVerb(terminal),
        new AuditVerb(terminal),
        new EventsVerb(terminal),
        new DeliveriesVerb(terminal),
        new WaitVerb(terminal),
        new DiffVerb(terminal),
        new DriftVerb(terminal),
        new DoctorVerb(terminal),
        new CommandVerbs.Sync(terminal, false),
        new CommandVerbs.Suspend(terminal),
        new CommandVerbs.Resume(terminal),
        new CommandVerbs.Release(terminal),
        new RollbackVerb(terminal),
        new ResendVerb(terminal),
        new RebuildVerb(terminal),
        new ApproveVerb(terminal),
        new DeadLettersVerb(terminal),
        new CommandVerbs.Replay(terminal));
  }
}
