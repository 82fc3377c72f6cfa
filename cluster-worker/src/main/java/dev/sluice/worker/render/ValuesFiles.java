package dev.sluice.worker.render;

import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.ValuesFile;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds the values files of a chart. */
final class ValuesFiles {

  private final InputDirectory directory;
  private final Path chart;

  ValuesFiles(InputDirectory directory, Path chart) {
    this.directory = directory;
    this.chart = Files.isDirectory(chart) ? chart : chart.getParent();
  }

  /**
   * Returns the sources of the request's values files, by alias.
   *
   * @throws RenderException if one is not there
   */
  static Map<String, SourceInputs> referred(RenderRequest request) throws RenderException {
    Map<String, SourceInputs> referred = new LinkedHashMap<>();
    for (String file : request.source().options().helm().valuesFiles()) {
      Optional<String> alias = ValuesFile.parse(file).alias();
      if (alias.isPresent()) {
        SourceInputs source = request.aliased().get(alias.get());
        if (source == null) {
          throw missing(file, "no source has this alias");
        }
        referred.put(alias.get(), source);
      }
    }
    return referred;
  }

  /**
   * Returns the files in their order, and the inline values last, under names that cannot be read
   * as options.
   */
  List<Path> prepare(RenderRequest request) throws RenderException {
    HelmOptions options = request.source().options().helm();
    List<Path> prepared = new ArrayList<>();
    for (String written : options.valuesFiles()) {
      ValuesFile file = ValuesFile.parse(written);
      Path found;
      if (file.alias().isPresent()) {
        String alias = file.alias().get();
        Path tree = directory.aliased(alias);
        SourceInputs source = Objects.requireNonNull(request.aliased().get(alias));
        found = inside(tree, tree.resolve(source.path()).resolve(file.path()), written);
      } else {
        found = inside(directory.tree(), chart.resolve(file.path()), written);
      }
      prepared.add(copy(found, written, prepared.size()));
    }
    Optional<String> inline = options.values();
    if (inline.isPresent()) {
      prepared.add(directory.add("values/inline-values.yaml", inline.get()));
    }
    return prepared;
  }

  private static Path inside(Path tree, Path file, String shown) throws RenderException {
    if (!file.normalize().startsWith(tree)) {
      throw InputPaths.unsafe(shown, "leaves the repository");
    }
    try {
      Path real = file.toRealPath();
      if (!real.startsWith(tree)) {
        throw InputPaths.unsafe(shown, "is a link out of the repository");
      }
      if (!Files.isRegularFile(real)) {
        throw missing(shown, "it is a directory");
      }
      return real;
    } catch (IOException e) {
      throw missing(shown, "it is not in the repository");
    }
  }

  private Path copy(Path file, String shown, int index) throws RenderException {
    String name = file.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
    try {
      return directory.add("values/%03d-%s".formatted(index, name), Files.readString(file));
    } catch (IOException e) {
      throw RenderException.permanent(
          SourceFailure.NOT_TEXT, shown + " is not UTF-8 text: save it as UTF-8");
    }
  }

  private static RenderException missing(String file, String why) {
    return RenderException.permanent(
        SourceFailure.MISSING_VALUES_FILE,
        "the values file '%s' is missing (%s): correct helm.valuesFiles".formatted(file, why));
  }
}
