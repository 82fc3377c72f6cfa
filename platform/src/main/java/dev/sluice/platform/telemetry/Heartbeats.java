package dev.sluice.platform.telemetry;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reports of the parts of this process to the operators of the installation. */
public interface Heartbeats {

  /** Reports nothing. */
  Heartbeats OFF = new Unreported();

  /**
   * Starts to report a part.
   *
   * @param status read about once a second; must not block
   */
  Reporting report(Part part, Supplier<Status> status);

  /**
   * Writes the state of an application in a cluster within about a second, unless a newer one
   * replaces it before; of one that was removed, a record without a value. Does not block.
   */
  void report(Heartbeat.LedgerReport ledger);

  /** Returns why reports cannot be written, such as a broker that does not answer. */
  Optional<String> problem();

  /**
   * A part.
   *
   * @param cluster of a worker
   * @param instance name of a worker; the process's own name for other parts
   */
  record Part(Heartbeat.Part kind, Optional<ClusterName> cluster, Optional<String> instance) {

    /** Returns a part that is named by its process. */
    public static Part of(Heartbeat.Part kind) {
      return new Part(kind, Optional.empty(), Optional.empty());
    }
  }

  /**
   * The state of a part at one moment.
   *
   * @param endpoints the webhook endpoints of a receiver
   * @param fleet that a dispatcher reads
   */
  record Status(
      Heartbeat.State state,
      List<Finding> findings,
      Optional<List<Heartbeat.Endpoint>> endpoints,
      Optional<Heartbeat.Fleet> fleet) {

    public Status {
      findings = List.copyOf(findings);
    }

    /** Creates the status of a part that neither receives webhooks nor reads the fleet. */
    public Status(Heartbeat.State state, List<Finding> findings) {
      this(state, findings, Optional.empty(), Optional.empty());
    }

    /** Returns the status of a part that runs, with a fault for each reason for being unready. */
    public static Status running(List<String> unready) {
      return new Status(
          Heartbeat.State.RUNNING,
          unready.stream().map(reason -> Finding.fault(PartFailure.NOT_READY, reason)).toList());
    }

    /** Returns this status with more findings. */
    public Status with(List<Finding> more) {
      List<Finding> all = new ArrayList<>(findings);
      all.addAll(more);
      return new Status(state, all, endpoints, fleet);
    }

    /** Returns this status with the webhook endpoints of a receiver. */
    public Status receiving(List<Heartbeat.Endpoint> all) {
      return new Status(state, findings, Optional.of(all), fleet);
    }

    /** Returns this status with the fleet that a dispatcher reads; empty if it reads none. */
    public Status reading(Optional<Heartbeat.Fleet> read) {
      return new Status(state, findings, endpoints, read);
    }
  }

  /**
   * A condition without the time at which it was first noticed.
   *
   * @param applications that it concerns; empty if it is about none in particular
   */
  record Finding(
      FailureCode code,
      String message,
      Heartbeat.Severity severity,
      List<ApplicationName> applications) {

    public Finding {
      applications = List.copyOf(applications);
    }

    /** Returns a finding about work that is not done. */
    public static Finding fault(FailureCode code, String message) {
      return new Finding(code, message, Heartbeat.Severity.FAULT, List.of());
    }

    /** Returns this finding as one about applications. */
    public Finding about(Collection<ApplicationName> those) {
      return new Finding(code, message, severity, those.stream().sorted().toList());
    }

    /** Returns a finding about a part that works. */
    public static Finding warning(FailureCode code, String message) {
      return new Finding(code, message, Heartbeat.Severity.WARNING, List.of());
    }
  }

  /** The reports of one part. Closing it reports that the part has stopped. */
  interface Reporting extends AutoCloseable {
    @Override
    void close();
  }
}
