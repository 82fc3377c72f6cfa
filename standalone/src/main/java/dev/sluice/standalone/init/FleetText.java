package dev.sluice.standalone.init;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Forge;
import dev.sluice.inputs.propose.LeftOut;
import dev.sluice.inputs.propose.Proposal;
import dev.sluice.inputs.propose.Proposals;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.standalone.local.FleetSchema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a fleet with one repository and one cluster. The same proposals always lead to the
 * same text. Values from the repository are quoted, so that none can be read as another field.
 *
 * @param name the repository's name in the fleet
 * @param context the kubeconfig's context for the cluster, for a comment
 * @param ref a branch, or a full ref
 */
record FleetText(
    String name, RepositoryFields repository, ClusterName cluster, String context, String ref) {

  private static final Pattern BARE = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]*");
  private static final Set<String> WORDS =
      new TreeSet<>(
          List.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"));
  private static final int MAX_LEFT_OUT = 100;

  /** The comment that names the schema for editors. It holds for one document of a file only. */
  private static final String SCHEMA = "# yaml-language-server: $schema=" + FleetSchema.FILE_NAME;

  /** The fields of the Repository document. */
  record RepositoryFields(
      String url,
      Optional<Forge> forge,
      Optional<String> identity,
      Optional<SecretReference> credentials,
      SshAccess ssh) {

    /** Returns these fields with the kind of the repository's forge. */
    RepositoryFields of(Forge kind) {
      return new RepositoryFields(url, Optional.of(kind), identity, credentials, ssh);
    }
  }

  /**
   * Returns the documents.
   *
   * @param refused applications that cannot be rendered as they are, with the reason; they become
   *     comments
   */
  String of(Proposals proposals, Map<ApplicationName, String> refused) {
    StringBuilder text = new StringBuilder(head());
    for (Proposal proposal : proposals.applications()) {
      String reason = refused.get(proposal.name());
      if (reason == null) {
        text.append("---\n").append(application(proposal));
      } else {
        text.append("#\n# Not in the fleet yet: ")
            .append(Visible.line(reason))
            .append("\n# ---\n")
            .append(commented(application(proposal)));
      }
    }
    return text.append(leftOut(proposals.leftOut())).toString();
  }

  /** Returns the documents of the repository and the cluster alone. */
  String head() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        %s
        # Written by "sluice init". docs/fleet.md describes all fields; edit them as you like.
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata:
          name: %s
        spec:
          url: %s
        """
            .formatted(SCHEMA, scalar(name), scalar(repository.url())));
    repository.forge().ifPresent(forge -> field(text, "forge", forge.configName()));
    repository.identity().ifPresent(identity -> field(text, "identity", identity));
    repository.credentials().ifPresent(value -> field(text, "credentials", value.value()));
    if (!repository.ssh().equals(SshAccess.OF_USER)) {
      text.append("  ssh:\n");
      SshAccess ssh = repository.ssh();
      ssh.privateKey().ifPresent(value -> field(text, "  privateKey", value.value()));
      ssh.passphrase().ifPresent(value -> field(text, "  passphrase", value.value()));
      ssh.knownHosts().ifPresent(value -> field(text, "  knownHosts", value.value()));
    }
    text.append(
        """
        ---
        %s
        # the kubeconfig's context %s
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata:
          name: %s
        """
            .formatted(SCHEMA, Visible.line(context), scalar(cluster.value())));
    return text.toString();
  }

  private String application(Proposal proposal) {
    StringBuilder text =
        new StringBuilder("%s\n# %s\n".formatted(SCHEMA, Visible.line(proposal.reason())));
    proposal.notes().forEach(note -> text.append("# check: " + Visible.line(note) + "\n"));
    text.append(
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata:
          name: %s
        spec:
          source:
            repository: %s
            ref: %s
            path: %s
        """
            .formatted(
                scalar(proposal.name().value()),
                scalar(name),
                scalar(ref),
                scalar(proposal.path().isEmpty() ? "." : proposal.path())));
    plain(text, proposal.plain());
    text.append(
        """
          clusters:
            names: [%s]
          namespace: %s
        """
            .formatted(scalar(cluster.value()), scalar(proposal.namespace())));
    return text.toString();
  }

  private static void plain(StringBuilder text, PlainOptions options) {
    if (options.equals(PlainOptions.DEFAULT)) {
      return;
    }
    text.append("    plain:\n");
    if (!options.exclude().isEmpty()) {
      text.append("      exclude: # files that are no manifests, or that a kustomization has\n");
      options.exclude().forEach(glob -> text.append("        - " + quoted(glob) + "\n"));
    }
    if (!options.recurse()) {
      text.append("      recurse: false # directories below are not part of this application\n");
    }
  }

  private static String leftOut(List<LeftOut> all) {
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("#\n# No application is proposed for:\n");
    all.stream()
        .limit(MAX_LEFT_OUT)
        .forEach(one -> text.append("#   " + Visible.line(line(one)) + "\n"));
    if (all.size() > MAX_LEFT_OUT) {
      text.append("#   and %d more\n".formatted(all.size() - MAX_LEFT_OUT));
    }
    return text.toString();
  }

  /** Returns a line about something that no application is proposed for. */
  static String line(LeftOut one) {
    return "%s: %s".formatted(one.path().isEmpty() ? "." : one.path(), one.reason());
  }

  private static String commented(String document) {
    return document.lines().map(line -> "# " + line + "\n").collect(Collectors.joining());
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append("  %s: %s\n".formatted(name, scalar(value)));
  }

  private static String scalar(String value) {
    return BARE.matcher(value).matches() && !WORDS.contains(value.toLowerCase(Locale.ROOT))
        ? value
        : quoted(value);
  }

  /** Returns a double-quoted scalar; characters that are not visible are escaped. */
  static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            point -> {
              String character = Character.toString(point);
              if (point == '"' || point == '\\') {
                quoted.append('\\').append(character);
              } else if (!Visible.line(character).equals(character)) {
                quoted.append((point > 0xffff ? "\\U%08x" : "\\u%04x").formatted(point));
              } else {
                quoted.append(character);
              }
            });
    return quoted.append('"').toString();
  }
}
