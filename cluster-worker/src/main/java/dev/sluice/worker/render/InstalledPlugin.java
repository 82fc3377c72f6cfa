package dev.sluice.worker.render;

import dev.sluice.contract.name.PluginName;

/**
 * A plugin whose program is installed.
 *
 * @param digest of the program and the files beside it, shortened
 */
record InstalledPlugin(PluginName name, String digest) {
  @Override
  public String toString() {
    return name + " sha256:" + digest;
  }
}
