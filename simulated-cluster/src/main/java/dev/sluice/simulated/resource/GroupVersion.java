package dev.sluice.simulated.resource;

/** API group and version; the core group is the empty string. */
public record GroupVersion(String group, String version) {

  /** Parses {@code v1} or {@code apps/v1}. */
  public static GroupVersion parse(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return slash < 0
        ? new GroupVersion("", apiVersion)
        : new GroupVersion(apiVersion.substring(0, slash), apiVersion.substring(slash + 1));
  }

  /** Returns the value of {@code apiVersion} in objects. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }
}
