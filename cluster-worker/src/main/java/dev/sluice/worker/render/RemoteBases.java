package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.kustomize.Reference;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.contract.yaml.YamlException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Replaces references to other repositories by paths to their files in the target. The
 * application's policy allowed them when the target was made; nothing is fetched.
 */
final class RemoteBases {

  private final Map<String, InputFile> files = new HashMap<>();
  private final Set<String> directories = new HashSet<>();
  private final List<InputFile> copies = new ArrayList<>();

  private RemoteBases(List<InputFile> all) {
    for (InputFile file : all) {
      files.put(file.path(), file);
      for (Path above = Path.of(file.path()).getParent();
          above != null && directories.add(above.toString());
          above = above.getParent()) {}
    }
  }

  /** Returns the files with remote references replaced, as far as the target has their files. */
  static List<InputFile> localized(List<InputFile> files) {
    if (files.stream().noneMatch(file -> file.path().startsWith(RemoteBase.DIRECTORY + "/"))) {
      return files;
    }
    return new RemoteBases(files).localized();
  }

  private List<InputFile> localized() {
    List<InputFile> all = new ArrayList<>();
    for (InputFile file : files.values()) {
      all.add(Kustomization.isAt(file.path()) ? localized(file) : file);
    }
    all.addAll(copies);
    return all;
  }

  /**
   * Replaces the references of one kustomization. One that is linked from several directories needs
   * another path from each.
   */
  private InputFile localized(InputFile kustomization) {
    InputFile file =
        kustomization instanceof InputFile.Link link
            ? files.getOrDefault(beside(link.path(), link.target()), link)
            : kustomization;
    if (!(file instanceof InputFile.Text text)) {
      return kustomization;
    }
    Path from = Optional.ofNullable(Path.of(kustomization.path()).getParent()).orElse(Path.of(""));
    try {
      String edited =
          ScalarEdits.apply(
              text.text(),
              (keys, value) ->
                  Kustomization.reference(keys, value)
                      .filter(Reference::isRemote)
                      .flatMap(reference -> local(from, reference, value)));
      return edited.equals(text.text())
          ? kustomization
          : new InputFile.Text(kustomization.path(), text.executable(), edited);
    } catch (YamlException e) {
      return kustomization; // kustomize reports the error
    }
  }

  /**
   * Returns the value with the path from a directory to the referenced files; a single file is
   * copied beside.
   */
  private Optional<String> local(Path from, Reference reference, String value) {
    String key = value.substring(0, value.length() - reference.text().length());
    return RemoteBase.parse(reference.text())
        .flatMap(
            base ->
                at(from, Path.of(base.directory(), base.path()).normalize())
                    .or(() -> at(from, Path.of(base.formerDirectory(), base.path()).normalize())))
        .map(path -> key + path);
  }

  private Optional<String> at(Path from, Path place) {
    if (directories.contains(place.toString())) {
      return Optional.of(from.relativize(place).toString());
    }
    if (files.get(place.toString()) instanceof InputFile.Text text) {
      // kustomize reads single files only below the kustomization
      String copy = from.resolve(place).toString();
      copies.add(new InputFile.Text(copy, text.executable(), text.text()));
      return Optional.of(place.toString());
    }
    return Optional.empty();
  }

  private static String beside(String path, String target) {
    return Path.of(path).resolveSibling(target).normalize().toString();
  }
}
