package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.install.Installation.Parts;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Differences between a live installation and a wanted one that come from options which are left
 * out. A command that is repeated without them would take them back.
 */
final class Omissions {

  private static final int FAILED = 1;
  private static final String HOMES = "homes";

  private final SettingValues values;
  private final LiveInstallation live;
  private final Installation wanted;

  Omissions(SettingValues values, LiveInstallation live, Installation wanted) {
    this.values = values;
    this.live = live;
    this.wanted = wanted;
  }

  /**
   * Checks that nothing would be taken back.
   *
   * @throws ExitException with what would be, unless {@code --reset} permits it
   */
  void check() {
    JsonNode settings = wanted.sluiceYaml();
    if (live.settings().has(HOMES) && settings.has(HOMES) && isDifferent(settings, HOMES)) {
      throw new ExitException(
          FAILED,
          "the number of homes cannot change: name it with --setting homes=%s"
              .formatted(live.setting(HOMES, "")));
    }
    List<String> all = all(settings);
    if (!all.isEmpty() && !values.get(InstallSettings.RESET)) {
      throw new ExitException(
          FAILED,
          "this would take back what was installed with options that are left out now: %s. Repeat the options, or take it back with --reset"
              .formatted(String.join("; ", all)));
    }
  }

  private List<String> all(JsonNode settings) {
    List<String> all = new ArrayList<>();
    live.settings()
        .properties()
        .forEach(
            setting -> {
              String name = setting.getKey();
              if (!wanted.settings().containsKey(name) && isDifferent(settings, name)) {
                all.add("the setting " + name);
              }
            });
    if (wanted.parts() != Parts.WORKER
        && !values.isGiven(InstallCommand.FLEET)
        && !live.fleet().isEmpty()
        && !live.fleet().equals(wanted.fleetFiles())) {
      all.add("the fleet's files " + String.join(", ", live.fleet().keySet()));
    }
    otherImage()
        .filter(_ -> !values.isGiven(InstallSettings.IMAGE))
        .ifPresent(image -> all.add("the image " + image));
    webhookSecret()
        .filter(_ -> !values.isGiven(InstallCommand.WEBHOOK_SECRET))
        .filter(secret -> !secret.equals(wanted.names().webhookSecret().orElse(secret)))
        .ifPresent(secret -> all.add("the Secret %s (--webhook-secret)".formatted(secret)));
    live.rights()
        .filter(_ -> !values.isGiven(InstallSettings.RIGHTS) && wanted.parts() != Parts.HUB)
        .filter(rights -> rights != wanted.rights())
        .ifPresent(rights -> all.add("the worker's rights, which are now " + rights.option()));
    if (live.dispatcher().isPresent() && live.worker().isEmpty() && wanted.parts() == Parts.ALL) {
      all.add("the absence of a worker (--without-worker)");
    }
    return all;
  }

  private boolean isDifferent(JsonNode settings, String name) {
    JsonNode before = live.settings().path(name);
    JsonNode after = settings.path(name);
    return (before.isValueNode() && after.isValueNode())
        ? !before.asText().equals(after.asText())
        : !before.equals(after);
  }

  /** Returns an image of another repository; empty if all have that of the wanted one. */
  private Optional<String> otherImage() {
    String repository = repository(wanted.image().orElseGet(Installation::baseImage));
    return live.workloads().stream()
        .map(pods -> pods.getContainers().getFirst().getImage())
        .filter(image -> !repository(image).equals(repository))
        .findFirst();
  }

  private static String repository(String image) {
    return image.replaceFirst("(:[^:/@]*)?(@.*)?$", "");
  }

  private Optional<String> webhookSecret() {
    return Stream.of(live.receiver())
        .flatMap(Optional::stream)
        .map(PodSpec::getVolumes)
        .flatMap(List::stream)
        .filter(volume -> volume.getName().equals("webhooks") && volume.getSecret() != null)
        .map(Volume::getSecret)
        .map(source -> source.getSecretName())
        .findFirst();
  }
}
