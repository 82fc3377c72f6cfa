package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.RepositoryPath;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Location of the fleet's documents. */
public sealed interface FleetLocation {

  /** Directory on the disk of the process. */
  record Directory(Path path) implements FleetLocation {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * Directory in a Git repository.
   *
   * @param url the clone URL, without credentials
   * @param path the directory in the repository; empty for its root
   * @param ref empty for the repository's default branch
   */
  record InGit(String url, String path, Optional<GitRef> ref) implements FleetLocation {
    @Override
    public String toString() {
      return PREFIX
          + url
          + (path.isEmpty() ? "" : "//" + path)
          + ref.map(one -> "@" + one.branchName().orElse(one.value())).orElse("");
    }
  }

  String PREFIX = "git+";

  /** Scheme and authority of a URL, or user and host of the form {@code git@host:path}. */
  Pattern HOST =
      Pattern.compile(
          "(?<url>(?<scheme>[A-Za-z][A-Za-z0-9.-]*)://[^/]*)(?:/.*)?|(?<scp>(?:[^@/\\s:]+@)?[^/:@\\s]+:)(?!//).+",
          Pattern.DOTALL);

  /**
   * Parses a directory, or {@code git+URL[//PATH][@REF]}: a clone URL or a local path, the
   * directory in the repository, and a branch or a full ref. In paths, {@code %40} is an @.
   *
   * @throws IllegalArgumentException if it is neither; the message never has the text, which may
   *     contain credentials
   */
  static FleetLocation parse(String text) {
    if (!text.startsWith(PREFIX)) {
      if (text.isBlank() || text.contains("://")) {
        throw new IllegalArgumentException(
            "expected a directory, or git+URL//PATH@REF such as"
                + " git+https://HOST/OWNER/REPO//fleet@main");
      }
      return new Directory(Path.of(text));
    }
    String address = text.substring(PREFIX.length());
    if (RepositoryDocuments.carriesCredentials(address)) {
      throw new IllegalArgumentException(
          "must carry no credentials: give them by reference with --fleet-credentials");
    }
    Matcher host = HOST.matcher(address);
    if (!host.matches()) {
      return inGit("", address);
    }
    String scheme = host.group("scheme");
    String start = scheme == null ? host.group("scp") : host.group("url");
    if (scheme != null && !scheme.matches("https?|ssh|file")) {
      throw new IllegalArgumentException(
          "expected git+https://, git+http://, git+ssh://, git+file://, git+USER@HOST:PATH or"
              + " git+PATH");
    }
    return inGit(start, address.substring(start.length()));
  }

  /**
   * Parses what follows the host.
   *
   * @param start of the URL; empty for a local path
   */
  private static InGit inGit(String start, String rest) {
    if (rest.contains("?") || rest.contains("#")) {
      throw new IllegalArgumentException(
          "must have no '?' and no '#': the ref is given as git+URL//PATH@REF");
    }
    int at = rest.indexOf('@');
    String place = at < 0 ? rest : rest.substring(0, at);
    Optional<GitRef> ref = at < 0 ? Optional.empty() : Optional.of(ref(rest.substring(at + 1)));
    int slashes = place.indexOf("//");
    String repository = slashes < 0 ? place : place.substring(0, slashes);
    if (repository.isEmpty()) {
      throw new IllegalArgumentException("names no repository: expected git+URL//PATH@REF");
    }
    String path =
        slashes < 0 ? "" : RepositoryPath.of(decoded(place.substring(slashes + "//".length())));
    return new InGit(url(start, repository.replaceFirst("/+$", "")), path, ref);
  }

  private static String url(String start, String repository) {
    String url =
        start.isEmpty()
            ? "file://"
                + Path.of(decoded(repository))
                    .toAbsolutePath()
                    .normalize()
                    .toUri()
                    .getRawPath()
                    .replaceFirst("/+$", "")
            : start + repository;
    try {
      RepositoryId.fromUrl(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has no valid clone URL: check host, port and path", e);
    }
    if (!RepositoryDocuments.isCloneUrl(url)) {
      throw new IllegalArgumentException("has no valid clone URL: check host, port and path");
    }
    return url;
  }

  private static GitRef ref(String name) {
    if (name.contains("//")) {
      throw new IllegalArgumentException("the path comes before the ref: git+URL//PATH@REF");
    }
    if (CommitId.ifFull(name).isPresent()) {
      throw new IllegalArgumentException(
          "a commit cannot be followed: name a branch, or a full ref such as refs/tags/v1");
    }
    try {
      return GitRef.parse(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "after the @ follows a branch, or a full ref such as refs/tags/v1; an @ in a path is"
              + " written %40",
          e);
    }
  }

  private static String decoded(String path) {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a % in a path is written %25", e);
    }
  }
}
