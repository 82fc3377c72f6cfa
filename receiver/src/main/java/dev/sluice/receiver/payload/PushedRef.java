package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;

/**
 * The part of a push that GitHub and GitLab write alike: {@code ref}, {@code before}, {@code
 * after}.
 */
final class PushedRef {

  private static final String MERGE_QUEUE = "refs/heads/gh-readonly-queue/";

  private PushedRef() {}

  /**
   * The change; or Ignored if nobody can follow such a ref.
   *
   * @throws MalformedPayloadException if a field cannot be right
   */
  static Parsed read(JsonFields fields, RepositoryId repository, Origin origin)
      throws MalformedPayloadException {
    GitRef ref = fields.required("ref", GitRef::new);
    if (ref.value().startsWith(MERGE_QUEUE)) {
      return new Parsed.Ignored("a merge queue's own branch");
    }
    if (!ref.value().startsWith("refs/heads/") && !ref.value().startsWith("refs/tags/")) {
      return new Parsed.Ignored("neither a branch nor a tag");
    }
    return Parsed.Events.of(
        new RefChanged(
            repository,
            ref,
            fields.optional("before", CommitId::orNone),
            fields.required("after", CommitId::orNone),
            origin));
  }
}
