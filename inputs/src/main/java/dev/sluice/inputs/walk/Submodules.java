package dev.sluice.inputs.walk;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.SubmoduleUrl;
import dev.sluice.inputs.git.TreeEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The submodules of a walk: mounts the files of the pinned commit where a checkout has them. Their
 * repositories must be allowed like those of remote bases; {@code .gitmodules} names them only.
 */
final class Submodules {

  private static final String FILE = ".gitmodules";
  private static final int MAX_FILE_BYTES = 256 << 10;
  private static final int MAX_SUBMODULES = 100;

  private final GraftedTree tree;
  private final RemoteAccess access;
  private final LookupLog lookups;

  /** The repositories of the walk, by the path of their root. */
  private final TreeMap<String, RemotePolicy.Base> repositories = new TreeMap<>();

  private final Map<String, BaseCommit> commits = new TreeMap<>();

  Submodules(GraftedTree tree, RemoteAccess access, LookupLog lookups) {
    this.tree = tree;
    this.access = access;
    this.lookups = lookups;
    access.source().ifPresent(repository -> repositories.put("", repository));
  }

  /** Adds another repository whose files were mounted, and may have submodules. */
  void mounted(String root, RemotePolicy.Base repository) {
    repositories.put(root, repository);
  }

  /** Returns the submodules that have been mounted. */
  List<BaseCommit> commits() {
    return List.copyOf(commits.values());
  }

  /** Mounts a submodule's files; refuses the inputs if they are not available. */
  void mount(TreeEntry gitlink) {
    lookups.found(gitlink.path());
    String root = rootOf(gitlink.path());
    RemotePolicy.Base parent = repositories.get(root);
    if (parent == null) {
      throw refused(gitlink, "is a submodule, which is not followed here: commit its files");
    }
    String url = url(gitlink, root);
    RepositoryId named = named(gitlink, parent, url);
    if (commits.size() == MAX_SUBMODULES) {
      throw new RefusedException(
          SourceFailure.TOO_COMPLEX,
          "'%s' is one submodule too many, %d are followed: split the application"
              .formatted(gitlink.path(), MAX_SUBMODULES));
    }
    RemotePolicy.Base repository =
        access
            .allowed(named)
            .orElseThrow(
                () ->
                    refused(
                        gitlink,
                        "is a submodule of %s (url %s), which the application's policy does not allow: add the Repository to policy.remote.bases, or commit the files"
                            .formatted(named, shown(url))));
    Remotes.Base files =
        access.files(
            repository,
            gitlink.objectId(),
            "'%s', a submodule at commit %s".formatted(gitlink.path(), gitlink.objectId()));
    tree.graft(gitlink.path(), files.tree());
    repositories.put(gitlink.path(), repository);
    commits.put(
        gitlink.path(),
        new BaseCommit(repository.repository(), gitlink.objectId(), files.commit()));
  }

  private String rootOf(String path) {
    return repositories.descendingKeySet().stream()
        .filter(root -> root.isEmpty() || path.startsWith(root + "/"))
        .findFirst()
        .orElse("");
  }

  /** Returns the URL of a submodule, from a file: Git refuses a symbolic link in its place. */
  private String url(TreeEntry gitlink, String root) {
    String place = TreePaths.join(root, FILE);
    Optional<TreeEntry> file = tree.entry(place);
    if (file.isPresent()) {
      lookups.found(place);
    } else {
      lookups.missed(place);
    }
    String path = root.isEmpty() ? gitlink.path() : gitlink.path().substring(root.length() + 1);
    return file.filter(entry -> entry.kind() == TreeEntry.Kind.FILE)
        .filter(entry -> tree.size(entry) <= MAX_FILE_BYTES)
        .map(entry -> new String(tree.read(entry, MAX_FILE_BYTES), StandardCharsets.UTF_8))
        .flatMap(text -> written(gitlink, place, text, path))
        .orElseThrow(
            () ->
                refused(
                    gitlink,
                    "is a submodule, and '%s' gives no url for it: add it by git submodule add, or remove it"
                        .formatted(place)));
  }

  private static Optional<String> written(
      TreeEntry gitlink, String place, String text, String path) {
    try {
      return SubmoduleUrl.written(text, path);
    } catch (IllegalArgumentException e) {
      throw refused(
          gitlink, "is a submodule, and '%s' cannot be read: %s".formatted(place, e.getMessage()));
    }
  }

  private static RepositoryId named(TreeEntry gitlink, RemotePolicy.Base parent, String url) {
    try {
      return RepositoryId.fromUrl(SubmoduleUrl.resolved(parent.url(), url));
    } catch (IllegalArgumentException e) {
      throw refused(
          gitlink,
          "is a submodule whose url %s is not followed: %s".formatted(shown(url), e.getMessage()));
    }
  }

  private static RefusedException refused(TreeEntry gitlink, String why) {
    return new RefusedException(SourceFailure.SUBMODULE, "'%s' %s".formatted(gitlink.path(), why));
  }

  /** Returns a URL for a message, without the password that it may have. */
  private static String shown(String url) {
    String text = url.replaceAll("//[^/@]*@", "//").replaceAll("\\p{Cntrl}", "?");
    return "'" + (text.length() > 200 ? text.substring(0, 200) + "..." : text) + "'";
  }
}
