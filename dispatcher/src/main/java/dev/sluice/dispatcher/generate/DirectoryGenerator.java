package dev.sluice.dispatcher.generate;

import dev.sluice.inputs.git.TreeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Directories of a repository. Links and submodules are no directories.
 *
 * @param field of the document that has the generator
 * @param name of the repository in the fleet
 */
public record DirectoryGenerator(
    String field, String name, GeneratorSource source, PathSelection selection)
    implements Generator {

  @Override
  public List<Element> elements(Input input) {
    if (!(input.trees().of(source) instanceof GeneratorTrees.Answer.At at)) {
      throw new UnreadSourceException(source, input.trees().of(source));
    }
    List<Element> elements = new ArrayList<>();
    for (Map.Entry<String, TreeEntry> entry :
        selection.find(field, at.tree(), input.budget()).entrySet()) {
      String path = entry.getKey();
      switch (entry.getValue().kind()) {
        case DIRECTORY ->
            elements.add(
                new Element(
                    PathValues.of(path),
                    "directory '%s' of %s at %s".formatted(path, name, at.commit().abbreviated())));
        case MISNAMED ->
            input.problem(
                field,
                "'%s' of %s has a name that is not UTF-8 or has control characters: rename it"
                    .formatted(path, name));
        case FILE, EXECUTABLE, SYMLINK, GITLINK -> {}
      }
    }
    return Generator.bounded(field, elements);
  }

  @Override
  public boolean mayHave(String value) {
    return PathValues.mayHave(value);
  }

  @Override
  public Stream<GeneratorSource> sources() {
    return Stream.of(source);
  }
}
