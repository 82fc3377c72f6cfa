package dev.sluice.standalone.init;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.inputs.propose.ProposalException;
import dev.sluice.platform.config.Settings;
import dev.sluice.standalone.TestRepository;
import dev.sluice.standalone.cli.ExitException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitIT {

  private static final String DEPLOYMENT =
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}";

  @TempDir Path directory;
  private TestRepository repository;

  @BeforeEach
  void createRepository() throws Exception {
    repository = TestRepository.create(directory);
    Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: kind-staging
        contexts:
        - {name: kind-staging, context: {cluster: c, user: u}}
        - {name: "arn:aws:eks:eu-central-1:123:cluster/Pro_duction", context: {cluster: c, user: u}}
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
        users: [{name: u, user: {token: x}}]
        """);
  }

  @AfterEach
  void closeRepository() {
    repository.close();
  }

  @Test
  void writesAFleetThatIsValidAndASecretThatOnlyItsOwnerMayRead() throws Exception {
    repository.push(
        Map.of(
            "website/deployment.yaml", DEPLOYMENT,
            "shop/base/kustomization.yaml", "resources: [deployment.yaml]",
            "shop/base/deployment.yaml", DEPLOYMENT,
            "shop/overlays/staging/kustomization.yaml", "resources: [../../base]",
            "shop/overlays/production/kustomization.yaml", "resources: [../../base]",
            "charts/db/Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}"));

    String printed = init("--context", "staging=kind-staging");

    FleetReading fleet = FleetLoader.read(fleet());
    assertThat(fleet.problems()).isEmpty();
    assertThat(fleet.clusters()).singleElement().hasToString("staging");
    assertThat(fleet.definitions())
        .extracting(Definition::application)
        .extracting(Object::toString)
        .containsExactly("db", "shop-staging", "website");
    String secret = Files.readString(secret()).strip();
    assertThat(secret).matches("[0-9a-f]{64}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret())))
        .isEqualTo("rw-------");
    assertThat(printed)
        .contains("kustomize   shop/overlays/staging", "shop/overlays/production: for another")
        .contains("kubectl --kubeconfig " + directory.resolve("kubeconfig") + " --context")
        .contains("create namespace website")
        .contains("--context staging=kind-staging")
        .contains("name=git,forge=generic,host=localhost,secret=file:" + secret())
        .doesNotContain(secret);
  }

  @Test
  void repeatingItChangesNothingAndNothingIsReplacedWithoutForce() throws Exception {
    repository.push(Map.of("website/deployment.yaml", DEPLOYMENT));
    init();
    Path file = fleet().resolve("fleet.yaml");
    String written = Files.readString(file);
    String secret = Files.readString(secret());

    String repeated = init("--show-secret");

    assertThat(Files.readString(file)).isEqualTo(written);
    assertThat(Files.readString(secret())).isEqualTo(secret);
    assertThat(repeated).contains("The secret is " + secret.strip());

    Files.writeString(file, written + "# mine\n");
    assertThatThrownBy(this::init)
        .isInstanceOf(ExitException.class)
        .hasMessageContaining("exists and differs", "--force");
    assertThat(Files.readString(file)).endsWith("# mine\n");

    init("--force");
    assertThat(Files.readString(file)).isEqualTo(written);
  }

  @Test
  void aDryRunWritesNothing() throws Exception {
    repository.push(Map.of("website/deployment.yaml", DEPLOYMENT));

    String printed = init("--dry-run", "--namespace", "team");

    assertThat(printed).contains("kind: Application", "  namespace: team");
    assertThat(fleet()).doesNotExist();
    assertThat(secret()).doesNotExist();
  }

  @Test
  void whatCannotBeAppliedAsItIsBecomesAComment() throws Exception {
    repository.push(
        Map.of(
            "website/deployment.yaml",
            DEPLOYMENT,
            "remote/kustomization.yaml",
            "resources: ['https://github.com/acme/bases//web?ref=v1']",
            "chart/Chart.yaml",
            "{apiVersion: v2, name: a, version: 1.0.0, dependencies: [{name: b, version: 1.0.0,"
                + " repository: 'https://charts.example.com'}]}",
            "broken/kustomization.yaml",
            "resources: [missing.yaml]"));

    String printed = init();

    assertThat(FleetLoader.read(fleet()).definitions()).hasSize(1);
    assertThat(Files.readString(fleet().resolve("fleet.yaml")))
        .contains("# Not in the fleet yet:", "policy.remote.bases", "#   name: remote");
    assertThat(printed)
        .contains("(RemoteBase)", "(RemoteDependency)", "(MissingFile)", ": 1 application\n");
  }

  @Test
  void aRepositoryWithoutApplicationsIsSaidToHaveNone() throws Exception {
    repository.push(Map.of("README.md", "nothing to deploy"));

    assertThatThrownBy(this::init)
        .isInstanceOf(ExitException.class)
        .hasMessageContaining("no application was found");
    assertThat(fleet()).doesNotExist();
  }

  @Test
  void wrongArgumentsAreNamed() throws Exception {
    repository.push(Map.of("website/deployment.yaml", DEPLOYMENT));

    assertThatThrownBy(() -> init("--ref", "trunk")).hasMessageContaining("has no trunk", "--ref");
    assertThatThrownBy(() -> init("--context", "missing"))
        .hasMessageContaining("there is no context 'missing'");
    assertThatThrownBy(() -> init("--repository", "https://me:password@github.com/a/b"))
        .hasMessageContaining("--repository must carry no credentials")
        .message()
        .doesNotContain("password@");
    assertThatThrownBy(() -> init("--repository", "file://" + directory.resolve("nowhere.git")))
        .isInstanceOf(ExitException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void theClusterOfAnArnHasAValidName() throws Exception {
    repository.push(Map.of("website/deployment.yaml", DEPLOYMENT));

    String printed =
        init("--context", "arn:aws:eks:eu-central-1:123:cluster/Pro_duction", "--path", "website");

    assertThat(FleetLoader.read(fleet()).clusters()).singleElement().hasToString("pro-duction");
    assertThat(printed)
        .contains("--context pro-duction=arn:aws:eks:eu-central-1:123:cluster/Pro_duction");
  }

  @Test
  void aSecretThatOthersMayReadIsRefused() throws Exception {
    repository.push(Map.of("website/deployment.yaml", DEPLOYMENT));
    Files.writeString(secret(), "a secret of before");
    Files.setPosixFilePermissions(secret(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(this::init)
        .isInstanceOf(ExitException.class)
        .hasMessageContaining("chmod 600")
        .message()
        .doesNotContain("a secret of before");
    assertThat(fleet()).doesNotExist();
  }

  @Test
  void aRepositoryOfFewObjectsWithPathsWithoutEndIsRefused() throws Exception {
    try (Repository bare = new FileRepository(directory.resolve("apps.git").toFile());
        ObjectInserter inserter = bare.newObjectInserter()) {
      ObjectId inner = inserter.insert(Constants.OBJ_BLOB, DEPLOYMENT.getBytes(UTF_8));
      FileMode mode = FileMode.REGULAR_FILE;
      for (int depth = 0; depth < 12; depth++) {
        TreeFormatter tree = new TreeFormatter();
        for (int i = 0; i < 10; i++) {
          tree.append("d%d%s".formatted(i, depth == 0 ? ".yaml" : ""), mode, inner);
        }
        inner = inserter.insert(tree);
        mode = FileMode.TREE;
      }
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(inner);
      commit.setAuthor(new PersonIdent("test", "test@localhost"));
      commit.setCommitter(commit.getAuthor());
      commit.setMessage("without end");
      RefUpdate main = bare.updateRef("refs/heads/main");
      main.setNewObjectId(inserter.insert(commit));
      inserter.flush();
      assertThat(main.update()).isEqualTo(RefUpdate.Result.NEW);
    }

    assertThatThrownBy(this::init)
        .isInstanceOf(ProposalException.class)
        .hasMessageContaining("more than 100000 files and directories");
    assertThat(fleet()).doesNotExist();
  }

  @Test
  @Tag("locale")
  void namesThatWouldColourATerminalAreShownEscaped() throws Exception {
    assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "to create the files");
    repository.push(
        Map.of(
            "red\u202eder/deployment.yaml", DEPLOYMENT,
            "website/deployment.yaml", DEPLOYMENT,
            "website/bad.yaml", "\u001b[31m: ["));

    String printed = init();

    assertThat(printed).contains("red\\u{202e}der").doesNotContain("\u202e", "\u001b");
    assertThat(FleetLoader.read(fleet()).definitions())
        .extracting(one -> one.sources().getFirst().path())
        .containsExactlyInAnyOrder("red\u202eder", "website");
  }

  private String init(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    Map<String, List<String>> options = new HashMap<>();
    options.put("repository", List.of(repository.url()));
    options.put("kubeconfig", List.of(directory.resolve("kubeconfig").toString()));
    options.put("directory", List.of(fleet().toString()));
    options.put("secret-file", List.of(secret().toString()));
    while (!arguments.isEmpty()) {
      String name = arguments.removeFirst().substring(2);
      boolean hasValue = !arguments.isEmpty() && !arguments.getFirst().startsWith("--");
      options.put(name, List.of(hasValue ? arguments.removeFirst() : "true"));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InitCommand.run(
        new Settings(InitSettings.ALL, List.of()).read(options, Map.of(), Optional.empty()),
        new PrintStream(out, true, UTF_8));
    return out.toString(UTF_8);
  }

  private Path fleet() {
    return directory.resolve("fleet");
  }

  private Path secret() {
    return directory.resolve("webhook-secret");
  }
}
