package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.LfsAccess;
import dev.sluice.contract.fleet.ObjectSharing;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.MirrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FleetLoaderTest {

  private static final String BASE =
      """
      apiVersion: sluice.dev/v1
      kind: Repository
      metadata: {name: shop}
      spec: {url: "https://Forge.example/Acme/Shop.git", forge: github, credentials: "env:SHOP_TOKEN"}
      ---
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: staging, labels: {env: staging}}
      ---
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: production, labels: {env: production}}
      """;

  @TempDir Path directory;

  @BeforeEach
  void base() throws IOException {
    write("base.yaml", BASE);
  }

  @Test
  void aSingleFileIsAFleet() throws IOException {
    Path file = directory.resolve("fleet.yaml");
    Files.writeString(
        file, "{apiVersion: sluice.dev/v1, kind: Cluster, metadata: {name: eu}}\n---\nkind: X\n");

    FleetReading reading = FleetLoader.read(file);

    assertThat(reading.clusters()).containsExactly(new ClusterName("eu"));
    assertThat(reading.problems()).isNotEmpty();
    assertThat(reading.problems()).extracting(FleetProblem::file).containsOnly("fleet.yaml");
  }

  @Test
  void anEmptyFileCountsAsUnreadable() throws IOException {
    write("apps.yaml", "");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.complete()).isFalse();
    assertThat(reading.problems()).singleElement().asString().contains("apps.yaml", "is empty");
  }

  @Test
  void aFileOfFiveMegabytesIsRefusedBeforeItIsParsed() throws IOException {
    write("long.yaml", "# " + "x".repeat(3_000_000) + "\n\"" + "y".repeat(100_000) + "\"\n");
    write("longer.yaml", "note: \"" + "x".repeat(5_000_000) + "\"\n");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.complete()).isFalse();
    assertThat(reading.problems())
        .extracting(FleetProblem::toString)
        .satisfiesExactly(
            problem -> assertThat(problem).contains("long.yaml", "must be a mapping"),
            problem -> assertThat(problem).contains("longer.yaml", "is larger than 3 MiB"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"---\n{}\n", "- {}\n", "- 1\n"})
  void tooManyValuesAreRefusedBeforeTheyAreParsed(String value) throws IOException {
    write("many.yaml", value.repeat(420_000));

    assertThat(FleetLoader.read(directory).problems())
        .singleElement()
        .asString()
        .contains("many.yaml", "more than 400000 values");
  }

  @Test
  void aBrokenMirrorIsNoProblemOfTheFleet() {
    MirrorException broken = new MirrorException("the mirror is broken", new IOException());
    FleetInput input = new FileOfBrokenMirror(broken);

    assertThatThrownBy(() -> FleetLoader.read(input, GeneratorTrees.NONE)).isSameAs(broken);
  }

  private record FileOfBrokenMirror(MirrorException failure)
      implements FleetInput, FleetInput.File {
    @Override
    public String name() {
      return "a.yaml";
    }

    @Override
    public Optional<CommitId> commit() {
      return Optional.empty();
    }

    @Override
    public Optional<CommitId> commitOf(GeneratorSource source) {
      return Optional.empty();
    }

    @Override
    public List<FleetInput.File> files() {
      return List.of(this);
    }

    @Override
    public Map<String, DocumentOrigin> origins(Set<String> files) {
      return Map.of();
    }

    @Override
    public byte[] read(int maxBytes) {
      throw failure;
    }
  }

  @Test
  void theFirstThousandProblemsAreListedAndTheOthersCounted() throws IOException {
    write("many.yaml", "apiVersion: x\n---\n".repeat(600));

    assertThat(FleetLoader.read(directory).problems())
        .hasSize(1_001)
        .last()
        .asString()
        .matches("many.yaml: from here on, \\d+ more problems of the fleet are not listed: .*");
  }

  @Test
  void aProblemIsShortWhateverTheDocumentHas() throws IOException {
    write("long.yaml", "apiVersion: %s\n".formatted("x".repeat(100_000)));
    write("field.yaml", "kind: Cluster\n%s: 1\n".formatted("y".repeat(100_000)));

    assertThat(FleetLoader.read(directory).problems())
        .hasSizeGreaterThan(2)
        .allSatisfy(problem -> assertThat(problem.toString()).hasSizeLessThan(2_000));
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    write("deep.yaml", "a: " + "[".repeat(60_000) + "\n");

    assertThat(FleetLoader.read(directory).problems())
        .singleElement()
        .asString()
        .contains("deep.yaml", "deep.yaml:1:103: is too large: it is nested deeper than 100");
  }

  @Test
  void manyLinesAreAsLongAsTheFileMayBe() throws IOException {
    write("long.yaml", "# a comment of forty characters, repeated\n".repeat(70_000));

    assertThat(FleetLoader.read(directory).problems()).isEmpty();
  }

  @Test
  void resolvesAnApplication() throws IOException {
    write(
        "apps/web.yml",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, path: ./apps/web/, type: kustomize}
          clusters: {names: [staging, production]}
          namespace: shop
          policy: {prune: false, pruneLimitPercent: 10, force: false, timeout: 1h30m}
          onRemoval: orphan
        """);

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.complete()).isTrue();
    assertThat(reading.clusters())
        .containsExactly(new ClusterName("production"), new ClusterName("staging"));
    RepositoryId repository = new RepositoryId("forge.example/acme/shop");
    assertThat(reading.repositories())
        .containsExactly(
            new FleetRepository(
                "shop",
                repository,
                "https://Forge.example/Acme/Shop.git",
                Optional.of(Forge.GITHUB),
                Optional.of(new SecretReference("env:SHOP_TOKEN")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    Definition web = reading.definitions().getFirst();
    assertThat(web.sources())
        .containsExactly(
            new SourceSpec(
                repository,
                "https://Forge.example/Acme/Shop.git",
                Optional.of(new SecretReference("env:SHOP_TOKEN")),
                Optional.empty(),
                GitRef.branch("main"),
                "apps/web",
                Optional.of(SourceType.KUSTOMIZE),
                Optional.empty(),
                RenderOptions.DEFAULT));
    assertThat(web.clusters().getFirst())
        .isEqualTo(new ClusterTarget(new ClusterName("production"), Map.of("env", "production")));
    assertThat(web.spec())
        .isEqualTo(
            new ApplicationSpec("shop", new Policy(false, 10, false, Duration.ofMinutes(90))));
    assertThat(web.orphanOnRemoval()).isTrue();
  }

  @Test
  void readsTheKeyAndKnownHostsOfARepository() throws IOException {
    repository(
        "ssh-shop",
        "git@forge.example:acme/ssh-shop.git",
        "ssh: {privateKey: file:/k, passphrase: env:P, knownHosts: file:/h}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.repositories())
        .filteredOn(repository -> repository.name().equals("ssh-shop"))
        .extracting(FleetRepository::ssh)
        .containsExactly(
            Optional.of(
                new SshAccess(
                    Optional.of(new SecretReference("file:/k")),
                    Optional.of(new SecretReference("env:P")),
                    Optional.of(new SecretReference("file:/h")))));
  }

  @Test
  void readsCertificatesProxyAndGithubAppOfARepository() throws IOException {
    repository(
        "https-shop",
        "https://forge.example/acme/https-shop.git",
        "https: {trustedCertificates: file:/ca, clientCertificate: file:/c, clientKey: file:/k,"
            + " proxy: 'http://proxy.example:3128/', proxyCredentials: env:PROXY, githubApp:"
            + " {appId: Iv1.abc, installationId: '678', privateKey: file:/app, api:"
            + " 'https://forge.example/api/v3/'}}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.repositories())
        .filteredOn(repository -> repository.name().equals("https-shop"))
        .extracting(FleetRepository::https)
        .containsExactly(
            Optional.of(
                new HttpsAccess(
                    Optional.of(new SecretReference("file:/ca")),
                    Optional.of(new SecretReference("file:/c")),
                    Optional.of(new SecretReference("file:/k")),
                    Optional.of("http://proxy.example:3128"),
                    Optional.of(new SecretReference("env:PROXY")),
                    Optional.of(
                        new GithubApp(
                            "Iv1.abc",
                            Optional.of("678"),
                            new SecretReference("file:/app"),
                            Optional.of("https://forge.example/api/v3"))),
                    Optional.empty())));
  }

  @Test
  void readsTheLimitOfLargeFiles() throws IOException {
    repository("plain", "https://forge.example/acme/plain", "lfs: {maxBytes: 10Mi}");
    repository(
        "proxied",
        "https://forge.example/acme/proxied",
        "https: {proxy: 'http://proxy.example'}\n  lfs: {maxBytes: 512Ki}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.repositories())
        .filteredOn(repository -> repository.https().isPresent())
        .extracting(repository -> repository.https().get().lfs())
        .containsExactlyInAnyOrder(
            Optional.of(new LfsAccess(10 << 20)), Optional.of(new LfsAccess(512 << 10)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "https://f.example/a/b | https: {clientKey: file:/k} | spec.https.clientKey",
        "https://f.example/a/b | https: {proxyCredentials: env:P} | spec.https.proxyCredentials",
        "https://f.example/a/b | https: {proxy: 'http://u:p@proxy'} | spec.https.proxy",
        "https://f.example/a/b | https: {proxy: 'socks5://proxy'} | spec.https.proxy",
        "https://f.example/a/b | https: {proxy: 'http://a_b'} | spec.https.proxy",
        "https://f.example/a/b | https: {proxy: 'http://proxy:99999'} | spec.https.proxy",
        "https://f.example/a/b | https: {githubApp: {appId: '1', privateKey: file:/k,"
            + " api: 'http://f.example/api/v3'}} | spec.https.githubApp.api",
        "https://f.example/a/b | https: {githubApp: {appId: '1'}} |"
            + " spec.https.githubApp.privateKey",
        "https://f.example/a/b | https: {token: env:T} | spec.https.token",
        "http://f.example/a/b | https: {trustedCertificates: file:/ca} | spec.https",
        "git@f.example:a/b | https: {proxy: 'http://proxy'} | spec.https",
        "git@f.example:a/b | lfs: {maxBytes: 10Mi} | spec.lfs",
        "file:///srv/a.git | lfs: {maxBytes: 10Mi} | spec.lfs",
        "https://f.example/a/b | lfs: {maxBytes: 33Mi} | spec.lfs.maxBytes",
        "https://f.example/a/b | lfs: {maxBytes: 99999Mi} | spec.lfs.maxBytes",
        "https://f.example/a/b | lfs: {maxBytes: 0Mi} | spec.lfs.maxBytes",
        "https://f.example/a/b | lfs: {maxBytes: 10MB} | spec.lfs.maxBytes",
        "https://f.example/a/b | lfs: {maxBytes: 10} | spec.lfs.maxBytes",
        "https://f.example/a/b | lfs: {} | spec.lfs.maxBytes",
        "https://f.example/a/b | lfs: {maxBytes: 10Mi, url: 'https://x'} | spec.lfs.url",
      })
  void refusesHttpsSettingsWithoutEffect(String url, String https, String field)
      throws IOException {
    repository("web", url, https);

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .contains(field);
  }

  @Test
  void refusesDifferentCredentialsForOneProxy() throws IOException {
    proxied("one", "http://Proxy.example:1080", "env:ONE");
    proxied("two", "http://proxy.example", "env:TWO");
    proxied("same", "http://other.example", "env:ONE");
    proxied("too", "http://other.example/", "env:ONE");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.repositories())
        .extracting(FleetRepository::name)
        .containsExactly("same", "shop", "too");
    assertThat(reading.problems())
        .allSatisfy(
            problem -> {
              assertThat(problem.rule()).isEqualTo(FleetRule.CONFLICTING_FIELDS);
              assertThat(problem.field()).isEqualTo("spec.https.proxyCredentials");
            })
        .extracting(FleetProblem::toString)
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).contains("one.yaml", "'two'"),
            problem -> assertThat(problem).contains("two.yaml", "'one'"));
  }

  private void proxied(String name, String proxy, String credentials) throws IOException {
    repository(
        name,
        "https://f.example/a/" + name,
        "https: {proxy: '%s', proxyCredentials: '%s'}".formatted(proxy, credentials));
  }

  @Test
  void credentialsBesideAGithubAppAreRefused() throws IOException {
    repository(
        "web",
        "https://f.example/a/b",
        "credentials: env:T\n  https: {githubApp: {appId: '1', privateKey: file:/k}}");

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .contains("spec.credentials");
  }

  @Test
  void readsTheSignaturesThatARepositoryNeeds() throws IOException {
    repository(
        "signed",
        "https://forge.example/acme/signed.git",
        "verify: {mode: every-commit, allowedSigners: file:/signers, openPgpKeys: env:KEYS}");
    application("web", "clusters: {names: [staging]}");
    Path web = directory.resolve("web.yaml");
    Files.writeString(web, Files.readString(web).replace("repository: shop", "repository: signed"));

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.definitions().getFirst().sources().getFirst().verify())
        .hasValue(
            new Verification(
                Verification.Mode.EVERY_COMMIT,
                Optional.of(new SecretReference("file:/signers")),
                Optional.of(new SecretReference("env:KEYS"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verify: {}                                   | spec.verify.mode,"
            + " spec.verify.allowedSigners",
        "verify: {mode: head}                         | spec.verify.allowedSigners",
        "verify: {mode: all, openPgpKeys: env:KEYS}   | spec.verify.mode",
        "verify: {mode: head, allowedSigners: /keys}  | spec.verify.allowedSigners",
        "verify: {mode: tag, openPgpKeys: env:K, x: 1} | spec.verify.x",
        "verify: head                                 | spec.verify",
      })
  void refusesIncompleteVerification(String verify, String fields) throws IOException {
    repository("signed", "https://forge.example/acme/signed.git", verify);

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .containsExactlyInAnyOrder(fields.split(", "));
  }

  @Test
  void refusesTwoDocumentsOfARepositoryWithAndWithoutVerification() throws IOException {
    repository(
        "signed",
        "https://forge.example/acme/one.git",
        "verify: {mode: head, allowedSigners: file:/signers}");
    repository("unsigned", "https://forge.example/acme/one.git", "");

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.url", "spec.url");
  }

  @Test
  void refusesSshSettingsWithoutEffect() throws IOException {
    repository("web", "https://forge.example/a/b.git", "ssh: {privateKey: file:/k}");
    repository("half", "git@forge.example:a/c.git", "ssh: {passphrase: env:P, key: 1}");

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .containsExactlyInAnyOrder("spec.ssh", "spec.ssh.passphrase", "spec.ssh.key");
  }

  @Test
  void twoRepositoriesThatWouldShareOneNameAreBothRefused() throws IOException {
    repository("one", "ssh://git@forge.example:3022/team/app.git", "");
    repository("two", "ssh://git@forge.example:4022/team/app.git", "");
    application("web", "clusters: {names: [staging]}");
    Path web = directory.resolve("web.yaml");
    Files.writeString(web, Files.readString(web).replace("repository: shop", "repository: one"));

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.repositories()).extracting(FleetRepository::name).containsExactly("shop");
    assertThat(reading.problems())
        .filteredOn(problem -> problem.field().equals("spec.url"))
        .extracting(FleetProblem::toString)
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).contains("one.yaml", "forge.example/team/app", "'two'"),
            problem -> assertThat(problem).contains("two.yaml", "spec.identity", "'one'"));
    assertThat(reading.invalid()).containsExactly(new ApplicationName("web"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://forge.example:3000/team/app.git | '' | http://forge.example:4000/team/app.git | ''",
        "http://forge.example/team/app.git | '' | http://forge.example/Team/app.git | ''",
        "http://forge.example/team/app.git | '' | http://forge.example/git/team/app.git | ''",
        "ssh://git@forge.example:3022/team/app.git | 'identity: forge.example:3000/team/app'"
            + " | ssh://git@forge.example:4022/team/app.git"
            + " | 'identity: Forge.Example:4000/team/app'",
        "git@forge.example:team/app.git | '' | git@forge.example:team/app.git | ''",
      })
  void repositoriesWithTheirOwnIdentitiesAreDistinct(
      String one, String identity, String other, String otherIdentity) throws IOException {
    repository("one", one, identity);
    repository("two", other, otherIdentity);

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.repositories())
        .extracting(FleetRepository::name)
        .containsExactly("one", "shop", "two");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://forge.example/team/app.git | '' | http://forge.example/Team/app.git | forge: gitea",
        "https://github.com/team/app.git | '' | git@github.com:Team/app | ''",
        "https://forge.example/team/app.git | '' | https://forge.example/team/app.git"
            + " | 'credentials: env:OTHER'",
        "https://dev.azure.com/org/app/_git/app | '' | git@ssh.dev.azure.com:v3/org/app/app | ''",
      })
  void repositoriesWithTheSameUrlAreOne(String one, String more, String other, String otherMore)
      throws IOException {
    repository("one", one, more);
    repository("two", other, otherMore);

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.url", "spec.url");
  }

  @Test
  void namesOfAzureDevopsMayHaveSpaces() throws IOException {
    repository("azure", "https://Org@dev.azure.com/Org/My%20Project/_git/My%20Repo", "");
    repository("token", "https://secret@dev.azure.com/org/p/_git/r", "");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.repositories())
        .filteredOn(one -> one.name().equals("azure"))
        .extracting(FleetRepository::id)
        .containsExactly(new RepositoryId("dev.azure.com/org/my%20project/_git/my%20repo"));
    assertThat(reading.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("no credentials"));
  }

  @Test
  void readsTheRemotePolicy() throws IOException {
    application(
        "web",
        """
        clusters: {names: [staging]}
          policy:
            plugins: true
            remote:
              bases: [shop]
              charts: [{url: oci://charts.example/acme/, credentials: env:CHARTS}]
        """);

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    Definition web = reading.definitions().getFirst();
    assertThat(web.spec().policy().allowsPlugins()).isTrue();
    assertThat(web.remote())
        .contains(
            new RemotePolicy(
                List.of(
                    new RemotePolicy.Base(
                        new RepositoryId("forge.example/acme/shop"),
                        "https://Forge.example/Acme/Shop.git",
                        Optional.of(new SecretReference("env:SHOP_TOKEN")),
                        Optional.empty(),
                        Optional.of(Forge.GITHUB))),
                List.of(
                    new RemotePolicy.Charts(
                        "oci://charts.example/acme",
                        Optional.of(new SecretReference("env:CHARTS"))))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bases: [nowhere]                                | no valid Repository named 'nowhere'",
        "bases: ['https://forge.example/acme/shop']      | no valid Repository",
        "charts: [{url: 'https://me:secret@charts.example'}] | without credentials",
        "charts: [{url: 'file:///charts'}]               | must be https://HOST/PATH",
        "charts: [{url: 'https://a.example/b/../c'}]     | must be in its shortest form",
        "charts: [{url: 'https://a.example/b/%2e%2e/c'}] | must be in its shortest form",
        "charts: [{credentials: env:CHARTS}]             | is required",
      })
  void refusesInvalidRemotePolicies(String remote, String problem) throws IOException {
    application("web", "clusters: {names: [staging]}\n  policy: {remote: {%s}}".formatted(remote));

    assertThat(FleetLoader.read(directory).problems())
        .anySatisfy(found -> assertThat(found.toString()).contains(problem))
        .noneSatisfy(found -> assertThat(found.toString()).contains("secret@"));
  }

  @Test
  void readsRenderOptions() throws IOException {
    write(
        "shop.yaml",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: shop}
        spec:
          sources:
            - repository: shop
              path: charts/shop
              helm:
                releaseName: shop-${cluster.name}
                valuesFiles: ["values-${cluster.labels.env}.yaml", $config/common.yaml]
                values: {host: "${cluster.name}.example", shell: "$${cluster.name} ${HOME}", n: 1}
                set: {image.tag: v1}
              customize: {namePrefix: "${cluster.labels.env}-", images: ["nginx=web:2"], replicas: {web: 3}}
            - {repository: shop, type: values, alias: config}
            - {repository: shop, path: extra, plain: {include: ["*.yaml"], exclude: [test/**], recurse: false}}
          clusters: {names: [staging]}
          namespace: shop
        """);

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    Definition shop = reading.definitions().getFirst();
    SourceSpec chart = shop.sources().getFirst().in(shop.clusters().getFirst());
    assertThat(chart.type()).contains(SourceType.HELM);
    assertThat(chart.options().helm())
        .isEqualTo(
            new HelmOptions(
                Optional.of("shop-staging"),
                List.of("values-staging.yaml", "$config/common.yaml"),
                Optional.of(
                    "{\"host\":\"staging.example\",\"shell\":\"${cluster.name} ${HOME}\",\"n\":1}"),
                Map.of("image.tag", "v1"),
                true));
    assertThat(chart.options().customization())
        .isEqualTo(
            new Customization(
                "staging-", "", Map.of(), Map.of(), List.of("nginx=web:2"), Map.of("web", 3)));
    assertThat(shop.sources().get(1).alias()).contains("config");
    assertThat(shop.sources().get(2).options().plain())
        .isEqualTo(new PlainOptions(List.of("*.yaml"), List.of("test/**"), false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          path: '${cluster.labels.nope}'              | cluster staging has no label 'nope'
          path: '${cluster.nope}'                     | there are ${cluster.name} and
          path: '${cluster.name}/..'                  | '..' is not allowed
          type: values                              | name a chart as well
          type: kustomize, helm: {}                 | another type
          plain: {}, helm: {}                       | either plain or a chart
          helm: {valuesFiles: [$nope/a.yaml]}       | there is none
          helm: {valuesFiles: [/etc/passwd]}        | relative to the chart
          helm: {values: [1]}                       | must be a mapping
          customize: {replicas: {web: -1}}          | whole number
          plain: {include: [../*]}                  | glob relative
          """)
  void refusesInvalidRenderOptions(String source, String problem) throws IOException {
    write(
        "web.yaml",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, %s}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(source));

    assertThat(FleetLoader.read(directory).problems())
        .anySatisfy(found -> assertThat(found.toString()).contains(problem));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          main                       | refs/heads/main
          refs/tags/v1               | refs/tags/v1
          semver                     | refs/heads/semver
          {semver: ">=1.4 <2"}       | semver >=1.4 <2
          {semver: '^1.2, !=1.3.0'}  | semver ^1.2, !=1.3.0
          "semver >=1.4 <2"          | semver >=1.4 <2
          semver ">=1.4 <2"          | semver >=1.4 <2
          semver  >=1.4  <2          | semver >=1.4 <2
          """)
  void readsRefs(String ref, String read) throws IOException {
    withRef(ref);

    FleetReading reading = FleetLoader.read(directory);
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.definitions().getFirst().sources().getFirst().ref()).hasToString(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {semver: latest}           | web.yaml:10:11 | 'latest' is not a range of versions
          {semver: ">=1 <"}          | web.yaml:10:11 | '>=1 <' is not a range of versions
          {semver: 1.4}              | web.yaml:10:11 | must be a string
          {semver: ["1"]}            | web.yaml:10:11 | must be a string
          {semver: ''}               | web.yaml:10:11 | '' is not a range of versions
          {}                         | web.yaml:10:5 | is required
          {semver: '^1', tag: v1}    | web.yaml:10:25 | known: semver
          semver latest              | web.yaml:10:5 | 'latest' is not a range of versions
          semver "                   | web.yaml:10:5 | is not a range of versions
          a b                        | web.yaml:10:5 | is not a full Git ref name
          """)
  void refusesInvalidRefsWithTheirPlace(String ref, String place, String problem)
      throws IOException {
    withRef(ref);

    assertThat(FleetLoader.read(directory).problems())
        .singleElement()
        .satisfies(found -> assertThat(found.toString()).contains(place, problem));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{semver: '^1'}", "semver ^1"})
  void refusesRangesThatAreNotOfASource(String ref) throws IOException {
    write(
        "others.yaml",
        """
        apiVersion: sluice.dev/v1
        kind: FleetInclude
        metadata: {name: team}
        spec: {repository: shop, project: none, ref: %1$s}
        ---
        apiVersion: sluice.dev/v1
        kind: ApplicationSet
        metadata: {name: set}
        spec:
          generators: [{directories: {repository: shop, include: [a/*], ref: %1$s}}]
        """
            .formatted(ref));

    assertThat(FleetLoader.read(directory).problems())
        .filteredOn(
            found -> found.toString().contains("a range of versions is allowed in the source"))
        .map(Object::toString)
        .satisfiesExactly(
            include -> assertThat(include).startsWith("others.yaml:4:41: spec.ref: "),
            set ->
                assertThat(set)
                    .contains("others.yaml:10:", "spec.generators[0].directories.ref: "));
  }

  private void withRef(String ref) throws IOException {
    write(
        "web.yaml",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          clusters: {names: [staging]}
          namespace: web
          source:
            repository: shop
            path: web
            ref: %s
        """
            .formatted(ref));
  }

  @Test
  void selectsClustersByLabels() throws IOException {
    application("web", "clusters: {selector: {matchLabels: {env: staging}}}");

    assertThat(FleetLoader.read(directory).definitions().getFirst().clusters())
        .extracting(ClusterTarget::name)
        .containsExactly(new ClusterName("staging"));
  }

  @Test
  void oneInvalidApplicationBlocksNoOther() throws IOException {
    application("good", "clusters: {names: [staging]}");
    application("bad", "clusters: {names: [staging]}\n  policy: {timeout: soon}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.definitions())
        .extracting(Definition::application)
        .containsExactly(new ApplicationName("good"));
    assertThat(reading.invalid()).containsExactly(new ApplicationName("bad"));
    assertThat(reading.complete()).isTrue();
    assertThat(reading.problems())
        .singleElement()
        .isEqualTo(
            new FleetProblem(
                FleetRule.INVALID_VALUE,
                "bad.yaml",
                8,
                12,
                "spec.policy.timeout",
                "must be a duration such as 90s, 5m or 1h30m"));
  }

  @Test
  void readsTheObjectsThatAnApplicationShares() throws IOException {
    application("none", "clusters: {names: [staging]}\n  policy: {sharedObjects: none}");
    application("some", "clusters: {names: [staging]}\n  policy: {sharedObjects: namespaces}");
    application("typo", "clusters: {names: [staging]}\n  policy: {sharedObjects: namespace}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.definitions())
        .extracting(definition -> definition.spec().policy().sharedObjects())
        .containsExactly(Optional.empty(), Optional.of(ObjectSharing.NAMESPACES));
    assertThat(reading.problems())
        .containsExactly(
            new FleetProblem(
                FleetRule.INVALID_VALUE,
                "typo.yaml",
                8,
                12,
                "spec.policy.sharedObjects",
                "must be none, namespaces or all, not namespace"));
  }

  @Test
  void readsWhichObjectsAnApplicationTakesOver() throws IOException {
    application("default", "clusters: {names: [staging]}\n  policy: {adopt: unowned}");
    application("force", "clusters: {names: [staging]}\n  policy: {adopt: force}");
    application("never", "clusters: {names: [staging]}\n  policy: {adopt: never}");
    application("typo", "clusters: {names: [staging]}\n  policy: {adopt: always}");
    application("wrong", "clusters: {names: [staging]}\n  policy: {adopt: true}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.definitions())
        .extracting(definition -> definition.spec().policy().adopt())
        .containsExactly(
            Optional.empty(), Optional.of(Adoption.FORCE), Optional.of(Adoption.NEVER));
    assertThat(reading.problems())
        .containsExactly(
            new FleetProblem(
                FleetRule.INVALID_VALUE,
                "typo.yaml",
                8,
                12,
                "spec.policy.adopt",
                "must be never, unowned or force, not always"),
            new FleetProblem(
                FleetRule.WRONG_TYPE,
                "wrong.yaml",
                8,
                12,
                "spec.policy.adopt",
                "must be a string"));
  }

  /** Tabs between tokens, marks of later documents, aliases, and ends of blocks. */
  @Test
  void readsYamlAsKubectlDoes() throws IOException {
    write(
        "tabs.yaml",
        """
        apiVersion:\tsluice.dev/v1
        kind: 'Cluster'\t# a comment
        metadata:
          name: tabs
          labels: &labels
            env:\tstaging
        ---\t# another
        \uFEFFapiVersion: sluice.dev/v1
        kind: Cluster
        metadata:
          name: later
          labels:
            {env: "on"}
        ---
        x: &same {env: staging}
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: alias, labels: *same}
        """);

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems())
        .extracting(FleetProblem::field)
        .as("which is known only of a document that was read")
        .containsExactly("x");
  }

  @Test
  void reportsAllProblemsOfADocument() throws IOException {
    write(
        "web.yaml",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web, annotation: x}
        spec:
          source: {repository: nowhere, path: ../etc, brnach: main}
          clusters: {names: [moon]}
          policy: {prune: "yes"}
        """);

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::field)
        .containsExactlyInAnyOrder(
            "metadata.annotation",
            "spec.source.repository",
            "spec.source.path",
            "spec.source.brnach",
            "spec.clusters.names[0]",
            "spec.clusters.names",
            "spec.policy.prune",
            "spec.namespace");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind: Aplication|is neither",
        "metadata: {name: 'Not A Label'}|cannot be named",
      })
  void anUnidentifiableDocumentRemovesNothing(String line, String why) throws IOException {
    String document =
        "apiVersion: sluice.dev/v1\nkind: Application\nmetadata: {name: web}\nspec: {}";
    String key = line.substring(0, line.indexOf(':'));
    write("odd.yaml", document.replaceAll("(?m)^" + key + ":.*$", line));

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.complete()).as(why).isFalse();
    assertThat(reading.problems()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: b: c|not valid YAML",
        "a: 1\\na: 2|not valid YAML",
        "a: *x|not valid YAML",
        "just text|mapping",
      })
  void anUnreadableFileRemovesNothing(String text, String message) throws IOException {
    application("good", "clusters: {names: [staging]}");
    write("odd.yaml", text.replace("\\n", "\n"));

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.complete()).isFalse();
    assertThat(reading.definitions()).hasSize(1);
    assertThat(reading.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.file()).isEqualTo("odd.yaml");
              assertThat(problem.message()).contains(message);
            });
  }

  @Test
  void aDirectoryMayBeALinkWhoseChangeIsNoticed() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("fleet"), directory.resolve("one"));
    for (String name : List.of("one", "two")) {
      Path file = Files.createDirectory(directory.resolve(name)).resolve("clusters.yaml");
      Files.writeString(
          file, "apiVersion: sluice.dev/v1\nkind: Cluster\nmetadata: {name: %s}\n".formatted(name));
      Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    }
    assertThat(FleetFiles.read(new DirectoryInput(link)).documents())
        .singleElement()
        .matches(document -> document.place().equals("clusters.yaml:3"));
    DirectoryStamp before = DirectoryStamp.of(link);
    assertThat(DirectoryStamp.of(link)).isEqualTo(before);

    Files.delete(link);
    Files.createSymbolicLink(link, directory.resolve("two"));

    assertThat(DirectoryStamp.of(link)).isNotEqualTo(before);
    assertThat(FleetFiles.read(new DirectoryInput(link)).documents())
        .singleElement()
        .matches(document -> document.place().equals("clusters.yaml:3"));
  }

  @Test
  void anEmptyOrMissingDirectoryRemovesNothing(@TempDir Path empty) {
    assertThat(FleetLoader.read(empty).complete()).isFalse();
    assertThat(FleetLoader.read(empty.resolve("missing")).complete()).isFalse();
    assertThat(FleetLoader.read(empty).problems()).hasSize(1);
  }

  @Test
  void anInvalidClusterIsNotADeselection() throws IOException {
    application("web", "clusters: {selector: {matchLabels: {}}}");
    write(
        "cluster.yaml",
        "apiVersion: sluice.dev/v1\nkind: Cluster\nmetadata: {name: qa, labels: {v: 1.20}}");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.complete()).isFalse();
    assertThat(reading.problems())
        .singleElement()
        .hasToString("cluster.yaml:3:31: metadata.labels.v: must be a string: write it in quotes");
  }

  @Test
  void duplicateNamesAreBothInvalid() throws IOException {
    application("web", "clusters: {names: [staging]}");
    write("copy.yaml", Files.readString(directory.resolve("web.yaml")));

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.definitions()).isEmpty();
    assertThat(reading.invalid()).containsExactly(new ApplicationName("web"));
    assertThat(reading.problems()).hasSize(2);
  }

  @Test
  void credentialsInAUrlAreRefusedAndNotShown() throws IOException {
    write("base.yaml", BASE.replace("https://", "https://bot:hunter2@"));

    assertThat(FleetLoader.read(directory).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("spec.url");
              assertThat(problem.toString()).doesNotContain("hunter2");
            });
  }

  @Test
  void theRevisionDependsOnTheContentOnly() throws IOException {
    application("web", "clusters: {names: [staging]}");
    String before = FleetLoader.read(directory).revision();
    Files.move(directory.resolve("web.yaml"), directory.resolve("renamed.yml"));
    assertThat(FleetLoader.read(directory).revision()).isEqualTo(before);

    Files.delete(directory.resolve("renamed.yml"));
    application("web", "clusters: {names: [production]}");
    assertThat(FleetLoader.read(directory).revision()).isNotEqualTo(before);
  }

  private void application(String name, String more) throws IOException {
    write(
        name + ".yaml",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, path: apps/%s}
          namespace: shop
          %s
        """
            .formatted(name, name, more));
  }

  private void repository(String name, String url, String more) throws IOException {
    write(
        name + ".yaml",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: %s}
        spec:
          url: "%s"
          %s
        """
            .formatted(name, url, more));
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
