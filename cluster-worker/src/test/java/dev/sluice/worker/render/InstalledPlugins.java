package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.fleet.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A plugins directory as an operator installs it. */
record InstalledPlugins(Path directory) {

  /** Installs a shell script where kustomize looks for the plugin. */
  Path install(String plugin, String script) throws IOException {
    Path file = directory.resolve(plugin);
    Files.createDirectories(file.getParent());
    Path fresh = Files.writeString(directory.resolve("fresh"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    return Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns a request that may run plugins. */
  static RenderRequest allowed(InputFile... files) {
    RenderRequest request = Inputs.of(SourceType.KUSTOMIZE, "app", files);
    return new RenderRequest(
        request.source(),
        request.aliased(),
        request.application(),
        request.namespace(),
        true,
        request.cluster());
  }
}
