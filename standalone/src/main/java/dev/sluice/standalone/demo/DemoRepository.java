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
 * The demo's Git repository: a bare repository in place of a forge, with a post-receive hook that
 * sends a signed GitHub-style webhook, and a working copy.
 */
final class DemoRepository {

  /** Name of the repository in webhooks. */
  static final String FULL_NAME = "demo/apps";

  private final Path bare;
  private final Path clone;

  private DemoRepository(Path bare, Path clone) {
    this.bare = bare;
    this.clone = clone;
  }

  /** Creates the repository with the demo's applications, or opens that of an earlier run. */
  static DemoRepository open(Path directory) {
    DemoRepository repository =
        new DemoRepository(directory.resolve("apps.git"), directory.resolve("apps"));
    if (!Files.exists(repository.bare)) {
      repository.create();
    }
    return repository;
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
                quoted(FULL_NAME),
                quoted(secret.toAbsolutePath().toString()));
    try {
      Files.createDirectories(hook.getParent());
      Files.writeString(hook, script);
      Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the demo's hook " + hook, e);
    }
  }

  private void create() {
    try (Git remote =
            Git.init().setBare(true).setDirectory(bare.toFile()).setInitialBranch("main").call();
        Git local = Git.init().setDirectory(clone.toFile()).setInitialBranch("main").call()) {
      StoredConfig config = local.getRepository().getConfig();
      config.setString("remote", "origin", "url", remote.getRepository().getDirectory().getPath());
      config.setString("remote", "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*");
      config.setString("branch", "main", "remote", "origin");
      config.setString("branch", "main", "merge", "refs/heads/main");
      config.setString("user", null, "name", "Demo");
      config.setString("user", null, "email", "demo@localhost");
      config.setBoolean("commit", null, "gpgsign", false);
      config.save();
      DemoFiles.unpack("apps", clone, Map.of());
      local.add().addFilepattern(".").call();
      local.commit().setMessage("Five small applications").setSign(false).call();
      local.push().setRemote("origin").add("main").call();
    } catch (GitAPIException | IOException e) {
      throw new IllegalStateException(
          "cannot create the demo's repository in %s: %s".formatted(bare, e.getMessage()), e);
    }
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
