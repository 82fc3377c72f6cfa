package dev.sluice.dispatcher.generate;

import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Paths of a repository that globs select. Hidden names are skipped unless a glob names them in
 * full; links and submodules are not followed.
 *
 * @param include at least one glob
 */
public record PathSelection(List<PathGlob> include, List<PathGlob> exclude) {

  private static final int MAX_DEPTH = 32;

  /** A few Git objects can describe a tree with any number of entries. */
  private static final int MAX_ENTRIES = 100_000;

  public PathSelection {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** Returns the selected entries of all kinds, sorted by path. */
  SortedMap<String, TreeEntry> find(String field, SourceTree tree, SearchBudget budget) {
    Search search = new Search(field, tree, budget);
    include.forEach(glob -> search.find(glob, 0, "", 0));
    search.found.keySet().removeIf(path -> exclude.stream().anyMatch(glob -> glob.matches(path)));
    return search.found;
  }

  /** Search that lists only directories that can have matches. */
  private static final class Search {

    private final String field;
    private final SourceTree tree;
    private final SearchBudget budget;
    private final SortedMap<String, TreeEntry> found = new TreeMap<>();
    private int entries;

    Search(String field, SourceTree tree, SearchBudget budget) {
      this.field = field;
      this.tree = tree;
      this.budget = budget;
    }

    void find(PathGlob glob, int step, String directory, int depth) {
      if (depth > MAX_DEPTH) {
        throw new GeneratorException(
            field, "'%s' is more than %d directories deep".formatted(directory, MAX_DEPTH));
      }
      boolean isLast = step == glob.steps().size() - 1;
      PathGlob.Step wanted = glob.steps().get(step);
      boolean isAnyDepth = wanted.pattern().isEmpty();
      if (isAnyDepth && !isLast) {
        find(glob, step + 1, directory, depth);
      }
      for (TreeEntry entry : tree.list(directory)) {
        if (++entries > MAX_ENTRIES) {
          throw new GeneratorException(
              field,
              "more than %d files and directories would be searched: use globs with fewer **"
                  .formatted(MAX_ENTRIES));
        }
        budget.search(field);
        if (!matches(wanted, entry)) {
          continue;
        }
        if (isLast) {
          found.put(entry.path(), entry);
        }
        if (entry.kind() == TreeEntry.Kind.DIRECTORY && (isAnyDepth || !isLast)) {
          find(glob, isAnyDepth ? step : step + 1, entry.path(), depth + 1);
        }
      }
    }

    private static boolean matches(PathGlob.Step wanted, TreeEntry entry) {
      boolean isHidden = entry.name().startsWith(".");
      return wanted.pattern().isEmpty()
          ? !isHidden
          : wanted.matches(entry.name()) && (!isHidden || wanted.isLiteral());
    }
  }
}
