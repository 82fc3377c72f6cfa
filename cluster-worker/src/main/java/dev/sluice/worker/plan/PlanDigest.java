package dev.sluice.worker.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.DeletionPlan.Deletion;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The name of a deletion plan: a digest of everything that a person agrees to. Equal digests mean
 * the same objects (by uid) of the same application, deleted for the same inputs.
 *
 * @param subject the application whose objects are deleted
 * @param inputDigest of the target; empty for a removal
 * @param deletions all of them, in any order
 * @param unknown the applications that may claim some of them
 */
public record PlanDigest(
    Subject subject,
    String inputDigest,
    List<Deletion> deletions,
    SortedSet<ApplicationName> unknown) {

  private static final String VERSION = "v1";

  public PlanDigest {
    deletions = deletions.stream().sorted(Comparator.comparing(Deletion::object)).toList();
  }

  /** Returns the plan for display. */
  public DeletionPlan plan() {
    int listed = Math.min(deletions.size(), DeletionPlan.MAX_LISTED);
    return new DeletionPlan(
        digest(subject.generation(), subject.commit()),
        subject.generation(),
        subject.commit(),
        deletions.subList(0, listed),
        deletions.size() - listed,
        List.copyOf(unknown));
  }

  /**
   * Returns whether an approval names exactly this plan. It was given to an earlier generation,
   * which must have had the same inputs.
   */
  public boolean isApprovedBy(Approval approval) {
    return digest(approval.generation(), approval.commit()).equals(approval.plan());
  }

  private String digest(Generation generation, Optional<CommitId> commit) {
    MessageDigest sha = sha256();
    add(sha, VERSION, subject.cluster().value(), subject.application().value());
    add(sha, generation.toString(), commit.map(CommitId::value).orElse(""), inputDigest);
    for (Deletion deletion : deletions) {
      ObjectId object = deletion.object().id();
      add(sha, "object", object.groupKind().group(), object.groupKind().kind());
      add(sha, object.namespace(), object.name(), deletion.uid());
    }
    unknown.forEach(application -> add(sha, "unknown", application.value()));
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Adds parts that contain no line end and no NUL, so that the text is unambiguous. */
  private static void add(MessageDigest sha, String... parts) {
    sha.update((String.join("\0", parts) + "\n").getBytes(UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
