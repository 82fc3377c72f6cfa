package dev.sluice.contract.kustomize;

import dev.sluice.contract.name.RemoteBase;

/**
 * A value of a kustomization, or of a built-in plugin's configuration, that kustomize loads. Paths
 * are relative to the directory of the kustomization.
 *
 * @param field the field of the kustomization, such as {@code configMapGenerator}
 * @param text a path or URL; of a generator's {@code key=file} only the file
 */
public record Reference(String field, Role role, String text) {

  /** Roles of the loaded files and directories. */
  public enum Role {
    /** A file of manifests, or the directory of another kustomization. */
    RESOURCE,
    /** The directory of a component. */
    COMPONENT,
    /** A file that is read as it is. */
    FILE,
    /** A file with configurations of plugins, or a directory that is built to such. */
    PLUGIN,
    /** Configurations of plugins themselves: the text is YAML, not a path. */
    INLINE_PLUGIN
  }

  /**
   * Returns whether kustomize would fetch it, unless a file of the repository has this path. A URL
   * is never a path.
   */
  public boolean isRemote() {
    return role != Role.INLINE_PLUGIN && RemoteBase.isRemote(text);
  }

  /** Returns whether kustomize fetches it even if a file has this path. */
  public boolean isUrl() {
    return isRemote() && text.contains("://");
  }
}
