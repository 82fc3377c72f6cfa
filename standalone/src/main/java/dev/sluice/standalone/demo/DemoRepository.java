package dev.sluice.standalone.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.StoredConfig;

/**
 * A Git repository of the demo: a bare repository in place of a forge, with a post-receive hook
 * that sends a signed GitHub-style webhook, and a working copy.
 */
final class DemoRepository {

  /** The branch that the demo follows. */
  static final String BRANCH = "main";

  private final String name;
  private final Path bare;
  private final Path clone;

  private DemoRepository(Path directory, String name) {
    this.name = name;
    this.bare = directory.resolve(name + ".git");
    this.clone = directory.resolve(name);
  }

  /** Creates the repository of the demo's applications, or opens that of an earlier run. */
  static DemoRepository ofApplications(Path directory) {
    return open(directory, "apps", Map.of(), "Five small applications");
  }

  /** Creates the repository of the demo's fleet, or opens that of an earlier run. */
  static DemoRepository ofFleet(Path directory, DemoRepository applications) {
    return open(
        directory,
        "fleet",
        Map.of("REPOSITORY_URL", applications.url()),
        "Two clusters, and the applications in them");
  }

  private static DemoRepository open(
      Path directory, String name, Map<String, String> substitutions, String message) {
    DemoRepository repository = new DemoRepository(directory, name);
    if (!Files.exists(repository.bare)) {
      repository.create(substitutions, message);
    }
    return repository;
  }

  /** Returns its name in webhooks. */
  String fullName() {
    return "demo/" + name;
  }

  Path workingCopy() {
    return clone;
  }

  String url() {
    return bare.toUri().toString().replaceFirst("^file:/+", "file:///").replaceFirst("/$", "");
  }

  /**
   * Installs the hook, so that every push sends a webhook.
   *
   * @param secret file with the secret that signs webhooks
   */
  void installHook(URI webhook, Path secret) {
    Path hook = bare.resolve("hooks/post-receive");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String script =
        """
        #!/bin/sh
        # Reports a push to Sluice as GitHub does; rewritten at each start of the demo.
        exec %s -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp %s %s %s %s %s
        """
            .formatted(
                quoted(java),
                quoted(System.getProperty("java.class.path")),
                PushWebhook.class.getName(),
                quoted(webhook.toString()),
                quoted(fullName()),
                quoted(secret.toAbsolutePath().toString()));
    try {
      Files.createDirectories(hook.getParent());
      Files.writeString(hook, script);
      Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the demo's hook " + hook, e);
    }
  }

  private void create(Map<String, String> substitutions, String message) {
    boolean isNew = !Files.exists(clone);
    try (Git remote =
            Git.init().setBare(true).setDirectory(bare.toFile()).setInitialBranch(BRANCH).call();
        Git local = Git.init().setDirectory(clone.toFile()).setInitialBranch(BRANCH).call()) {
      StoredConfig config = local.getRepository().getConfig();
      config.setString("remote", "origin", "url", remote.getRepository().getDirectory().getPath());
      config.setString("remote", "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*");
      config.setString("branch", BRANCH, "remote", "origin");
      config.setString("branch", BRANCH, "merge", "refs/heads/" + BRANCH);
      config.setString("user", null, "name", "Demo");
      config.setString("user", null, "email", "demo@localhost");
      config.setBoolean("commit", null, "gpgsign", false);
      config.save();
      if (isNew) { // the fleet of a demo of an earlier version is a plain directory
        DemoFiles.unpack(name, clone, substitutions);
      }
      local.add().addFilepattern(".").call();
      local.commit().setMessage(message).setSign(false).call();
      local.push().setRemote("origin").add(BRANCH).call();
    } catch (GitAPIException | IOException e) {
      throw new IllegalStateException(
          "cannot create the demo's repository in %s: %s".formatted(bare, e.getMessage()), e);
    }
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
