package dev.sluice.standalone.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Forge;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.inputs.propose.LeftOut;
import dev.sluice.inputs.propose.Proposal;
import dev.sluice.inputs.propose.Proposals;
import dev.sluice.standalone.init.FleetText.RepositoryFields;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetTextTest {

  @Test
  void theFleetIsTheSameForTheSameProposals() {
    Proposals proposals =
        new Proposals(
            List.of(
                proposal("shop", "", new PlainOptions(List.of(), List.of("a.json"), false)),
                proposal("web", "web", PlainOptions.DEFAULT),
                proposal("db", "db", PlainOptions.DEFAULT)),
            List.of(new LeftOut("", "a reason")),
            Set.of());

    assertThat(
            text("https://git.example.com/acme/shop.git")
                .of(proposals, Map.of(new ApplicationName("db"), "it is broken")))
        .isEqualTo(
            """
            # yaml-language-server: $schema=fleet.schema.json
            # Written by "sluice init". docs/fleet.md describes all fields; edit them as you like.
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata:
              name: shop
            spec:
              url: "https://git.example.com/acme/shop.git"
            ---
            # yaml-language-server: $schema=fleet.schema.json
            # the kubeconfig's context kind-staging
            apiVersion: sluice.dev/v1
            kind: Cluster
            metadata:
              name: staging
            ---
            # yaml-language-server: $schema=fleet.schema.json
            # a reason
            apiVersion: sluice.dev/v1
            kind: Application
            metadata:
              name: shop
            spec:
              source:
                repository: shop
                ref: main
                path: "."
                plain:
                  exclude: # files that are no manifests, or that a kustomization has
                    - "a.json"
                  recurse: false # directories below are not part of this application
              clusters:
                names: [staging]
              namespace: default
            ---
            # yaml-language-server: $schema=fleet.schema.json
            # a reason
            apiVersion: sluice.dev/v1
            kind: Application
            metadata:
              name: web
            spec:
              source:
                repository: shop
                ref: main
                path: web
              clusters:
                names: [staging]
              namespace: default
            #
            # Not in the fleet yet: it is broken
            # ---
            # # yaml-language-server: $schema=fleet.schema.json
            # # a reason
            # apiVersion: sluice.dev/v1
            # kind: Application
            # metadata:
            #   name: db
            # spec:
            #   source:
            #     repository: shop
            #     ref: main
            #     path: db
            #   clusters:
            #     names: [staging]
            #   namespace: default
            #
            # No application is proposed for:
            #   .: a reason
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: b",
        "a\nspec: {}",
        "true",
        "1.10",
        "- a",
        "# a",
        "a\u2028b\u0085c",
        "\"quoted\"",
        "$(id) `id` 'a'",
        "\ud83d\ude00 \udb40\udc01",
        "*alias &anchor !tag",
        "-a"
      })
  void oddPathsStayPaths(String path) throws IOException {
    Proposals proposals =
        new Proposals(
            List.of(proposal("web", path, PlainOptions.DEFAULT)),
            List.of(new LeftOut(path, path)),
            Set.of());

    FleetReading reading =
        FleetDirectory.read(text("https://git.example.com/acme/shop.git").of(proposals, Map.of()));

    if (path.contains("\n")) {
      assertThat(reading.problems()).singleElement().asString().contains("path");
    } else {
      assertThat(reading.problems()).isEmpty();
      assertThat(reading.definitions())
          .singleElement()
          .satisfies(
              one -> assertThat(one.sources()).extracting(SourceSpec::path).containsExactly(path));
    }
  }

  @Test
  void aRefusalIsAComment() throws IOException {
    Proposals proposals =
        new Proposals(
            List.of(
                proposal("web", "a\nb", PlainOptions.DEFAULT),
                proposal("db", "db", PlainOptions.DEFAULT)),
            List.of(),
            Set.of());

    FleetReading reading =
        FleetDirectory.read(
            text("https://git.example.com/acme/shop.git")
                .of(proposals, Map.of(new ApplicationName("web"), "a\n---\nkind: Cluster")));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.definitions()).hasSize(1);
    assertThat(reading.clusters()).hasSize(1);
  }

  @Test
  void accessToTheRepositoryIsByReference() throws IOException {
    FleetReading reading =
        FleetDirectory.read(
            new FleetText(
                    "shop",
                    new RepositoryFields(
                        "ssh://git@git.example.com:2222/acme/shop.git",
                        Optional.of(Forge.GITEA),
                        Optional.of("git.example.com:3000/acme/shop"),
                        Optional.empty(),
                        new SshAccess(
                            Optional.of(new SecretReference("file:/etc/sluice/key")),
                            Optional.of(new SecretReference("env:PASSPHRASE")),
                            Optional.of(new SecretReference("file:/etc/sluice/known hosts")))),
                    new ClusterName("staging"),
                    "staging",
                    "main")
                .head());

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.repositories())
        .singleElement()
        .satisfies(
            repository -> {
              assertThat(repository.id()).hasToString("git.example.com:3000/acme/shop");
              assertThat(repository.ssh().orElseThrow().knownHosts().orElseThrow().value())
                  .isEqualTo("file:/etc/sluice/known hosts");
            });
  }

  private static FleetText text(String url) {
    return new FleetText(
        "shop",
        new RepositoryFields(
            url, Optional.empty(), Optional.empty(), Optional.empty(), SshAccess.OF_USER),
        new ClusterName("staging"),
        "kind-staging",
        "main");
  }

  private static Proposal proposal(String name, String path, PlainOptions options) {
    return new Proposal(
        new ApplicationName(name),
        path,
        SourceType.PLAIN,
        options,
        "default",
        "a reason",
        List.of());
  }
}
