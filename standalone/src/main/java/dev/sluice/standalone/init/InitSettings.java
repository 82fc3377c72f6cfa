package dev.sluice.standalone.init;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Forge;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.standalone.init.FleetText.RepositoryFields;
import dev.sluice.standalone.process.ClusterAccess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The settings of {@code sluice init}. */
final class InitSettings {

  static final Setting<Path> DIRECTORY =
      Setting.path("directory", "directory to write the fleet to").or("sluice-fleet");
  static final Setting<Optional<String>> REF =
      Setting.text("ref", "REF", "a branch, or a full ref (default: main, else master)").optional();
  static final Setting<String> UNDER =
      Setting.text("path", "PATH", "directory of the repository to search for applications").or("");
  static final Setting<Optional<String>> NAMESPACE =
      Setting.of(
              "namespace",
              "NAME",
              "namespace of all applications (default: that of their files, else their name)",
              text -> new ApplicationName(text).value())
          .optional();
  static final Setting<Path> SECRET_FILE =
      Setting.path("secret-file", "file with the webhook's secret; created if it does not exist")
          .or(".sluice/webhook-secret");
  static final Setting<Boolean> SHOW_SECRET =
      Setting.flag("show-secret", "print the webhook's secret");
  static final Setting<Optional<URI>> PUBLIC_URL =
      Setting.of(
              "public-url",
              "URL",
              "URL at which the forge reaches the receiver, such as https://sluice.example.com",
              InitSettings::httpUrl)
          .optional();
  static final Setting<Boolean> FORCE = Setting.flag("force", "replace an existing fleet.yaml");
  static final Setting<Boolean> DRY_RUN =
      Setting.flag("dry-run", "only print the proposal and the fleet; write nothing");

  static final Setting<Optional<Duration>> WAIT =
      Setting.duration(
              "wait",
              "then wait this long for the first push webhook, as 'sluice check-delivery' does")
          .optional();

  private static final Setting<String> REPOSITORY =
      Setting.text("repository", "URL", "clone URL: https://, ssh://, git@HOST:PATH or file:///");
  private static final Setting<Optional<String>> CONTEXT =
      Setting.text(
              "context",
              "[CLUSTER=]CONTEXT",
              "the kubeconfig context of the cluster, and its name in the fleet (default: the"
                  + " current context, and a name made from the context's)")
          .optional();
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "the kubeconfig (default: $KUBECONFIG or ~/.kube/config)")
          .optional();
  private static final Setting<Optional<Forge>> FORGE =
      Setting.of(
              "forge",
              Forge.allConfigNames(),
              "the kind of the repository's server (default: by its host's name)",
              Forge::parse)
          .optional();
  private static final Setting<Optional<String>> IDENTITY =
      Setting.text(
              "identity",
              "HOST[:PORT]/PATH",
              "the repository's web address, if it differs from an SSH URL")
          .optional();
  private static final Setting<Optional<SecretReference>> CREDENTIALS =
      secret("credentials", "a token, or user:password, to fetch the repository");
  private static final Setting<Optional<SecretReference>> PRIVATE_KEY =
      secret("ssh-private-key", "private key for an SSH URL");
  private static final Setting<Optional<SecretReference>> PASSPHRASE =
      secret("ssh-passphrase", "passphrase of the private key");
  private static final Setting<Optional<SecretReference>> KNOWN_HOSTS =
      secret("ssh-known-hosts", "host keys for an SSH URL");

  static final List<Setting<?>> ALL =
      List.of(
          REPOSITORY,
          REF,
          UNDER,
          CONTEXT,
          KUBECONFIG,
          NAMESPACE,
          FORGE,
          IDENTITY,
          CREDENTIALS,
          PRIVATE_KEY,
          PASSPHRASE,
          KNOWN_HOSTS,
          TrustedCertificates.SETTING,
          DIRECTORY,
          FORCE,
          DRY_RUN,
          SECRET_FILE,
          SHOW_SECRET,
          PUBLIC_URL,
          WAIT,
          CommandLineInterface.SERVER,
          CommandLineInterface.TOKEN);

  private InitSettings() {}

  /**
   * A cluster and how to reach it.
   *
   * @param name in the fleet
   */
  record Target(ClusterName name, String context, Optional<Path> kubeconfig) {

    /** Returns the options with which {@code sluice up} reaches it. */
    String options() {
      String access =
          kubeconfig.map(file -> " --kubeconfig " + ShellWord.of(file.toString())).orElse("");
      return name.value().equals(context)
          ? access
          : access + " --context " + ShellWord.of(name + "=" + context);
    }

    /** Returns kubectl with the options to reach it. */
    String kubectl() {
      return "kubectl%s --context %s"
          .formatted(
              kubeconfig.map(file -> " --kubeconfig " + ShellWord.of(file.toString())).orElse(""),
              ShellWord.of(context));
    }
  }

  static RepositoryFields repository(SettingValues values) {
    return new RepositoryFields(
        values.get(REPOSITORY),
        values.get(FORGE),
        values.get(IDENTITY),
        values.get(CREDENTIALS),
        new SshAccess(values.get(PRIVATE_KEY), values.get(PASSPHRASE), values.get(KNOWN_HOSTS)));
  }

  /**
   * Returns the cluster.
   *
   * @throws IllegalArgumentException if the kubeconfig does not have the context
   */
  static Target target(SettingValues values) {
    Optional<String> given = values.get(CONTEXT);
    Optional<String> name =
        given
            .filter(text -> text.indexOf('=') > 0)
            .map(text -> text.substring(0, text.indexOf('=')));
    Optional<String> context =
        given.map(text -> name.isPresent() ? text.substring(text.indexOf('=') + 1) : text);
    Optional<Path> kubeconfig = values.get(KUBECONFIG);
    String found = ClusterAccess.contextName(kubeconfig, context);
    return new Target(
        name.map(ClusterName::new).orElseGet(() -> cluster(found)), found, kubeconfig);
  }

  /** Returns a name for the cluster of a context, such as that of its ARN in EKS. */
  private static ClusterName cluster(String context) {
    String last = context.substring(context.lastIndexOf('/') + 1);
    String label =
        last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    String shortened = label.substring(0, Math.min(63, label.length())).replaceAll("-+$", "");
    return new ClusterName(shortened.isEmpty() ? "cluster" : shortened);
  }

  private static Setting<Optional<SecretReference>> secret(String name, String description) {
    return Setting.of(name, "REF", description + ": env:NAME or file:PATH", SecretReference::new)
        .optional();
  }

  private static URI httpUrl(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
      throw new IllegalArgumentException("expected a URL such as https://sluice.example.com");
    }
    return uri;
  }
}
