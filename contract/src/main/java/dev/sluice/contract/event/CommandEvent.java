package dev.sluice.contract.event;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;
import java.util.Set;

/** An operator's command for an application, the answer to it, or its outcome in a cluster. */
public sealed interface CommandEvent extends ChangeEvent {

  /**
   * Who sent a request to the API, besides the name of the token.
   *
   * @param role the role of the token
   * @param address the network address that the request came from: that of the last proxy, if there
   *     is one
   * @param userAgent the program that sent it, as it calls itself, such as {@code sluice/1.2.0};
   *     cut to 200 characters
   */
  record Caller(String role, Optional<String> address, Optional<String> userAgent) {}

  /**
   * An operator's command for an application. Keyed by the repository whose partition owns the
   * application.
   *
   * @param clusters the clusters that it is for; empty for all of the application's clusters
   * @param by the operator, as the API authenticated them
   * @param reason the operator's reason
   * @param caller who sent it; absent in events of earlier versions
   */
  record Given(
      RepositoryId repository,
      ApplicationName application,
      Set<ClusterName> clusters,
      Command command,
      String by,
      String reason,
      Optional<Caller> caller)
      implements CommandEvent {

    public Given {
      clusters = Set.copyOf(clusters);
    }

    /** Creates a command of an unknown caller. */
    public Given(
        RepositoryId repository,
        ApplicationName application,
        Set<ClusterName> clusters,
        Command command,
        String by,
        String reason) {
      this(repository, application, clusters, command, by, reason, Optional.empty());
    }
  }

  /**
   * The answer to a command: the owning partition has decided about it, or the API has refused to
   * forward it.
   *
   * @param given the event id of the command
   * @param clusters the clusters that it is for; empty for all of the application's clusters
   * @param by the operator, as the API authenticated them
   * @param reason the operator's reason
   * @param accepted whether the command is carried out
   * @param message what was changed, or why nothing was
   * @param pending the clusters for which an outcome follows, once the application's sources were
   *     evaluated; absent if none follows, and in events of earlier versions
   * @param caller who sent the command, if the API refused to forward it: there is no event of the
   *     command itself then
   * @param pinned the commit that the application is pinned to because older recorded inputs were
   *     sent again; absent otherwise
   */
  record Answered(
      RepositoryId repository,
      EventId given,
      ApplicationName application,
      Set<ClusterName> clusters,
      Command command,
      String by,
      String reason,
      boolean accepted,
      String message,
      Optional<Set<ClusterName>> pending,
      Optional<Caller> caller,
      Optional<CommitId> pinned)
      implements CommandEvent {

    public Answered {
      clusters = Set.copyOf(clusters);
      pending = pending.map(Set::copyOf).filter(names -> !names.isEmpty());
    }

    /** Creates the answer of a partition to a command that sends nothing recorded. */
    public Answered(
        RepositoryId repository,
        EventId given,
        ApplicationName application,
        Set<ClusterName> clusters,
        Command command,
        String by,
        String reason,
        boolean accepted,
        String message,
        Optional<Set<ClusterName>> pending) {
      this(
          repository,
          given,
          application,
          clusters,
          command,
          by,
          reason,
          accepted,
          message,
          pending,
          Optional.empty(),
          Optional.empty());
    }
  }

  /**
   * The outcome of a command in one cluster, after the application's sources were evaluated. It is
   * written in the same transaction as the target that it names.
   *
   * @param given the event id of the command
   * @param cluster the cluster that it led to this in
   * @param result what happened
   * @param generation the generation that was sent, or that has the same inputs already; absent if
   *     there is none
   * @param code why nothing was sent; absent if something was, or if nothing had to be
   * @param message the result in words
   */
  record Outcome(
      RepositoryId repository,
      EventId given,
      ApplicationName application,
      ClusterName cluster,
      Result result,
      Optional<Generation> generation,
      Optional<FailureCode> code,
      String message)
      implements CommandEvent {

    /** Result of a command in a cluster. */
    public enum Result {
      /** A new generation was sent. */
      SENT,
      /** Nothing was sent: the last generation has the same inputs. */
      SAME,
      /** Nothing was sent: the application is suspended, or pinned to another commit. */
      HELD,
      /**
       * Nothing was sent for the command: the sources are refused, the fleet no longer has the
       * application there, or too many later commands wait for their outcome.
       */
      REFUSED,
      /** The sources cannot be read now; this is tried again, and another outcome follows. */
      WAITING
    }
  }
}
