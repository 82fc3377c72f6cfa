package dev.sluice.api.readmodel;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.name.GitRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Queries for who brought the commit of a generation, and who commanded that it was sent. A
 * generation that was sent for a command or a definition names no push, so its commit is joined
 * with pushes and merges by repository and commit.
 */
final class CommitChain {

  private static final int MAX_PUSHES = 10;
  private static final Set<String> PUSHES =
      Set.of(EventType.REF_CHANGED.slug(), EventType.REF_FORWARDED.slug());

  private final Sql sql;
  private final Scope allowed;

  CommitChain(Sql sql, Scope allowed) {
    this.sql = sql;
    this.allowed = allowed;
  }

  /**
   * Returns the changes that a generation names as its causes, and if none of them brought its
   * commit, the newest pushes that did; oldest first.
   */
  List<ChangeView> changes(GenerationView generation) {
    List<ChangeView> causes = causes(generation);
    boolean isBrought =
        causes.stream()
            .anyMatch(
                change ->
                    PUSHES.contains(change.type()) && change.commit().equals(generation.commit()));
    if (isBrought) {
      return causes;
    }
    List<ChangeView> pushes =
        ofCommit(generation).stream().filter(change -> PUSHES.contains(change.type())).toList();
    return Stream.concat(
            causes.stream(), pushes.stream().skip(Math.max(0, pushes.size() - MAX_PUSHES)))
        .distinct()
        .sorted(Comparator.comparing(ChangeView::at))
        .toList();
  }

  /** Returns the merges of a generation's commit. */
  List<ChangeView> merges(GenerationView generation) {
    return ofCommit(generation).stream().filter(change -> change.merge().isPresent()).toList();
  }

  /** Returns the reviews of the requests that were merged. */
  List<MergeReviews> reviews(List<ChangeView> merges) {
    return merges.stream()
        .flatMap(
            change ->
                change.merge().stream()
                    .map(merge -> MergeReviews.of(change, merge, reviews(change, merge))))
        .toList();
  }

  private List<ChangeView> reviews(ChangeView change, ChangeView.Merge merge) {
    Where where =
        new Where()
            .and("verdict IS NOT NULL")
            .and("repository = ?", change.repository())
            .and("number = ?", merge.number())
            .change(allowed);
    return sql.list(
        "SELECT * FROM change" + where + " ORDER BY sequence",
        ChangeView.reader(allowed),
        where.values());
  }

  /** Returns the commands for which generations were sent, oldest first. */
  List<CommandView> commands(List<GenerationView> generations) {
    List<String> causes =
        generations.stream().flatMap(one -> one.causes().stream()).distinct().toList();
    Where where =
        new Where()
            .and("id IN (SELECT value FROM json_each(?))", Columns.json(causes))
            .command(allowed);
    return sql.list(
        "SELECT * FROM command" + where + " ORDER BY sequence",
        CommandView.reader(sql, allowed),
        where.values());
  }

  /** Returns the changes that report a commit, in any repository. */
  List<ChangeView> changes(String commit) {
    Where whole = new Where().and("commit_id = ?", commit).change(allowed);
    Where prefix =
        new Where()
            .and("commit_prefix IS NOT NULL")
            .and("commit_prefix >= substr(?, 1, 7) AND commit_prefix <= ?", commit, commit)
            .and("substr(?, 1, length(commit_prefix)) = commit_prefix", commit)
            .change(allowed);
    Where head = new Where().and("head_id = ?", commit).change(allowed);
    return sql.list(
        "SELECT * FROM change%s UNION ALL SELECT * FROM change%s UNION ALL SELECT * FROM change%s ORDER BY 1"
            .formatted(whole, prefix, head),
        ChangeView.reader(allowed),
        whole.values(prefix.values(head.values())));
  }

  private List<ChangeView> causes(GenerationView generation) {
    return generation.causes().stream()
        .map(id -> new Where().and("id = ?", id).change(allowed))
        .flatMap(
            where ->
                sql
                    .find(
                        "SELECT * FROM change" + where, ChangeView.reader(allowed), where.values())
                    .stream())
        .toList();
  }

  /**
   * Returns the changes that report a generation's commit in a repository of the application; those
   * on a ref that it follows, if there are any.
   */
  private List<ChangeView> ofCommit(GenerationView generation) {
    if (generation.commit().isEmpty()) {
      return List.of();
    }
    List<Followed> followed = followed(generation);
    List<ChangeView> inRepository =
        changes(generation.commit().get()).stream()
            .filter(
                change ->
                    followed.isEmpty()
                        || followed.stream().anyMatch(one -> one.isRepositoryOf(change)))
            .toList();
    List<ChangeView> onRef =
        inRepository.stream()
            .filter(change -> followed.stream().anyMatch(one -> one.isRefOf(change)))
            .toList();
    return onRef.isEmpty() ? inRepository : onRef;
  }

  private record Followed(String repository, GitRef ref) {

    boolean isRepositoryOf(ChangeView change) {
      return repository.equalsIgnoreCase(change.repository());
    }

    boolean isRefOf(ChangeView change) {
      return isRepositoryOf(change)
          && change.ref().filter(moved -> ref.follows(new GitRef(moved))).isPresent();
    }
  }

  /** Returns the refs that a generation was sent from; today's if they are not recorded. */
  private List<Followed> followed(GenerationView generation) {
    List<Followed> followed =
        new ArrayList<>(
            sql.list(
                """
                SELECT value ->> 'repository' AS repository, value ->> 'ref' AS ref FROM generation, json_each(positions)
                WHERE application = ? AND cluster = ? AND generation = ? AND positions IS NOT NULL
                """,
                row -> new Followed(row.text("repository"), new GitRef(row.text("ref"))),
                generation.application(),
                generation.cluster(),
                generation.generation()));
    if (followed.isEmpty()) {
      followed.addAll(
          sql.list(
              "SELECT repository, ref FROM source WHERE application = ?",
              row -> new Followed(row.text("repository"), new GitRef(row.text("ref"))),
              generation.application()));
    }
    return followed;
  }
}
