package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.ChangeEvent.RenameFound;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.standalone.process.OneProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.ResetCommand.ResetType;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes of a private repository at a real forge. Needs the system property {@code sluice.forges},
 * see {@link RealForge}.
 */
@Tag("forge")
class RealForgeChangesIT {

  private static final String SECRET = "forge-secret";
  private static final String FILE = "web/configmap.yaml";
  private static final String NAME = "web";

  @TempDir private Path directory;
  private final String repository = "changes-" + Long.toString(System.nanoTime(), 36);
  private RealForge forge;
  private Scenario scenario;

  @BeforeEach
  void create() throws Exception {
    forge = RealForge.required();
    forge.create(repository);
    forge.put(repository, FILE, configMap(NAME, "first"));
    scenario = Scenario.in(directory, STAGING);
    Path secret = Files.writeString(directory.resolve("hook"), SECRET);
    scenario.endpoints(
        "name=forge,forge=gitea,host=%s,secret=file:%s".formatted(forge.host(), secret));
  }

  @AfterEach
  void close() throws Exception {
    if (scenario != null) {
      scenario.close();
    }
  }

  @Test
  void mergesOfEveryStyleAndEventsOfRefsAreReceived() throws Exception {
    scenario.setting("sweep", "0s");
    followByHttps();
    try (OneProcess sluice = scenario.start()) {
      forge.hook(
          repository, "http://127.0.0.1:%d/webhooks/forge".formatted(sluice.webhookPort()), SECRET);
      scenario.configMaps().awaitValue(NAME, "first");
      for (String style :
          List.of("merge", "rebase", "rebase-merge", "squash", "fast-forward-only")) {
        String branch = "by-" + style;
        forge.send(
            "POST",
            forge.path(repository, "/branches"),
            Map.of("new_branch_name", branch, "old_branch_name", "main"));
        forge.put(forge.admin() + "/" + repository, branch, FILE, configMap(NAME, style));

        int number = forge.merge(repository, branch, style);

        scenario.configMaps().awaitValue(NAME, style);
        awaitChange(
            "the merge by " + style,
            change -> change instanceof MergeRecorded merge && merge.number() == number);
        awaitRef(GitRef.branch(branch), /* exists= */ true);
        awaitRef(GitRef.branch(branch), /* exists= */ false);
      }
      forge.send(
          "POST", forge.path(repository, "/tags"), Map.of("tag_name", "v1", "target", "main"));
      awaitRef(GitRef.tag("v1"), /* exists= */ true);
      forge.send("DELETE", forge.path(repository, "/tags/v1"), Map.of());
      awaitRef(GitRef.tag("v1"), /* exists= */ false);

      pushForced(configMap(NAME, "rewritten"));

      scenario.configMaps().awaitValue(NAME, "rewritten");
      scenario.verify();
    }
    forge.delete(repository);
  }

  @Test
  void aRenamedAndATransferredRepositoryAreFollowedAndNamed() throws Exception {
    scenario.setting("sweep", "2s");
    followByHttps();
    String organization = repository.replace("changes", "org");
    try (OneProcess sluice = scenario.start()) {
      scenario.configMaps().awaitValue(NAME, "first");
      String renamed = repository + "-renamed";
      forge.send("PATCH", forge.path(repository, ""), Map.of("name", renamed));
      forge.put(renamed, FILE, configMap(NAME, "renamed"));

      scenario.configMaps().awaitValue(NAME, "renamed");
      awaitMove(forge.admin() + "/" + renamed);

      forge.send("POST", "/orgs", Map.of("username", organization));
      forge.send("POST", forge.path(renamed, "/transfer"), Map.of("new_owner", organization));
      forge.put(organization + "/" + renamed, "main", FILE, configMap(NAME, "transferred"));

      scenario.configMaps().awaitValue(NAME, "transferred");
      awaitMove(organization + "/" + renamed);
      assertThat(sluice.webhookPort()).isPositive();
      scenario.verify();
    }
  }

  @Test
  void webhooksUnderANewNameTriggerTheApplicationsThatHaveTheFormerOne() throws Exception {
    scenario.setting("sweep", "0s");
    followByHttps();
    String organization = repository.replace("changes", "names");
    try (OneProcess sluice = scenario.start()) {
      forge.hook(
          repository, "http://127.0.0.1:%d/webhooks/forge".formatted(sluice.webhookPort()), SECRET);
      scenario.configMaps().awaitValue(NAME, "first");
      String renamed = repository + "-renamed";
      forge.send("PATCH", forge.path(repository, ""), Map.of("name", renamed));
      evaluate(sluice);
      awaitRenameFound(forge.admin() + "/" + renamed);

      forge.put(renamed, FILE, configMap(NAME, "renamed"));

      scenario.configMaps().awaitValue(NAME, "renamed");
      forge.send("POST", "/orgs", Map.of("username", organization));
      forge.send("POST", forge.path(renamed, "/transfer"), Map.of("new_owner", organization));
      evaluate(sluice);
      awaitRenameFound(organization + "/" + renamed);

      forge.put(organization + "/" + renamed, "main", FILE, configMap(NAME, "transferred"));

      scenario.configMaps().awaitValue(NAME, "transferred");
      scenario.verify();
    }
  }

  /** Fetches without a webhook or a poll, as an operator may. */
  private static void evaluate(OneProcess sluice) {
    CommandRun run = CommandRun.of(sluice, "sync", "web", "--reason", "it was renamed");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
  }

  private void awaitRenameFound(String fullName) {
    RepositoryId now = new RepositoryId(forge.host() + "/" + fullName);
    awaitChange(
        "the new name " + now,
        change -> change instanceof RenameFound found && found.repository().equals(now));
  }

  @Test
  void aPrivateRepositoryIsReadOverSsh() throws Exception {
    NeededProgram.check("ssh-keyscan");
    scenario.setting("sweep", "2s");
    KeyPair key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
    forge.send(
        "POST",
        forge.path(repository, "/keys"),
        Map.of(
            "title", "sluice", "read_only", true, "key", PublicKeyEntry.toString(key.getPublic())));
    Path privateKey = Files.writeString(directory.resolve("key"), openSsh(key));
    Path knownHosts = Files.writeString(directory.resolve("known_hosts"), hostKeys());
    follow(
        """
        url: "%s"
          identity: "%s/%s/%s"
          ssh: {privateKey: "file:%s", knownHosts: "file:%s"}
        """
            .formatted(
                forge.sshUrl(repository),
                forge.host(),
                forge.admin(),
                repository,
                privateKey,
                knownHosts));
    try (OneProcess sluice = scenario.start()) {
      scenario.configMaps().awaitValue(NAME, "first");
      forge.put(repository, FILE, configMap(NAME, "second"));
      scenario.configMaps().awaitValue(NAME, "second");
      assertThat(sluice.webhookPort()).isPositive();
      scenario.verify();
    }
    forge.delete(repository);
  }

  private void followByHttps() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), forge.token());
    follow(
        """
        url: "%s"
          credentials: "file:%s"
        """
            .formatted(forge.cloneUrl(repository), token));
  }

  private void follow(String access) throws IOException {
    scenario
        .fleet()
        .document(
            """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: forge}
        spec:
          forge: gitea
          %s
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: forge, path: web}
          clusters: {names: [staging]}
          namespace: %s
        """
                .formatted(access.strip(), scenario.namespace()));
  }

  /** Replaces the last commit of main by another one. */
  private void pushForced(String text) throws Exception {
    var login = new UsernamePasswordCredentialsProvider(forge.admin(), forge.password());
    Path checkout = directory.resolve("checkout");
    try (Git git =
        Git.cloneRepository()
            .setURI(forge.cloneUrl(repository))
            .setCredentialsProvider(login)
            .setDirectory(checkout.toFile())
            .call()) {
      git.reset().setMode(ResetType.HARD).setRef("HEAD~1").call();
      Files.writeString(checkout.resolve(FILE), text);
      git.commit()
          .setAll(true)
          .setMessage("rewritten")
          .setAuthor("Ada", "ada@example.com")
          .setCommitter("Ada", "ada@example.com")
          .call();
      git.push().setCredentialsProvider(login).setForce(true).call();
    }
  }

  private void awaitRef(GitRef ref, boolean exists) {
    awaitChange(
        ref + (exists ? " created" : " deleted"),
        change ->
            change instanceof RefChanged moved
                && moved.ref().equals(ref)
                && moved.after().isPresent() == exists);
  }

  private void awaitMove(String fullName) {
    RepositoryId former =
        new RepositoryId("%s/%s/%s".formatted(forge.host(), forge.admin(), repository));
    RepositoryId now = new RepositoryId(forge.host() + "/" + fullName);
    awaitChange(
        "the move to " + now,
        change ->
            change instanceof RepositoryMoved moved
                && moved.repository().equals(former)
                && moved.movedTo().equals(now));
  }

  private void awaitChange(String what, Predicate<ChangeEvent> condition) {
    await(what)
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class).stream()
                    .anyMatch(condition));
  }

  private String hostKeys() throws IOException {
    Process scan =
        new ProcessBuilder("ssh-keyscan", "-p", String.valueOf(forge.sshPort()), "127.0.0.1")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new String(scan.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String openSsh(KeyPair key) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "sluice", null, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
