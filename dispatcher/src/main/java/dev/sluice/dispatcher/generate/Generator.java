package dev.sluice.dispatcher.generate;

import dev.sluice.contract.fleet.ClusterTarget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Generator of the elements of a set; a pure function of its {@link Input}. */
public sealed interface Generator
    permits ClusterGenerator,
        DirectoryGenerator,
        FileGenerator,
        ListGenerator,
        MatrixGenerator,
        MergeGenerator {

  /** The largest number of elements of a generator. */
  int MOST_ELEMENTS = 5_000;

  /** Values of a path in a repository. */
  String PATH = "path";

  /**
   * Returns the elements, in a stable order. Reports what prevents single elements as problems of
   * the input.
   *
   * @throws GeneratorException if there are no elements because of a mistake
   * @throws UnreadSourceException if a repository is not known, or not known yet
   */
  List<Element> elements(Input input);

  /** Returns whether elements may have a value of this name. */
  boolean mayHave(String name);

  /** Returns the repositories that it reads. */
  Stream<GeneratorSource> sources();

  /** Inputs of generators, and the problems that they find. */
  final class Input {

    private final Collection<ClusterTarget> clusters;
    private final GeneratorTrees trees;
    private final SearchBudget budget;
    private final List<GeneratorException> problems = new ArrayList<>();

    /**
     * Creates an input.
     *
     * @param budget is charged with what is searched and read
     */
    public Input(Collection<ClusterTarget> clusters, GeneratorTrees trees, SearchBudget budget) {
      this.clusters = List.copyOf(clusters);
      this.trees = trees;
      this.budget = budget;
    }

    Collection<ClusterTarget> clusters() {
      return clusters;
    }

    GeneratorTrees trees() {
      return trees;
    }

    SearchBudget budget() {
      return budget;
    }

    /** Reports a problem that concerns single elements. */
    void problem(String field, String message) {
      problems.add(new GeneratorException(field, message));
    }

    /** Returns the problems of single elements. */
    public List<GeneratorException> problems() {
      return List.copyOf(problems);
    }
  }

  /** Returns the elements if they are not too many. */
  static List<Element> bounded(String field, List<Element> elements) {
    requireBounded(field, elements.size());
    return List.copyOf(elements);
  }

  /**
   * Requires that a number of elements is not too large.
   *
   * @throws GeneratorException if it is
   */
  static void requireBounded(String field, long count) {
    if (count > MOST_ELEMENTS) {
      throw new GeneratorException(
          field, "has %d elements, and %d are allowed".formatted(count, MOST_ELEMENTS));
    }
  }
}
