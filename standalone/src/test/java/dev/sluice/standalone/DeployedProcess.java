package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A workload's container as a process of this machine: with the arguments and variables of its pod
 * template, and the ConfigMaps and Secrets of its volumes as files.
 */
final class DeployedProcess {

  private final KubernetesClient client;
  private final String namespace;
  private final Path directory;

  /** Paths of the container, and where they are on this machine; the longest first. */
  private final Map<String, Path> mounts =
      new TreeMap<>(
          (one, other) ->
              one.length() == other.length()
                  ? one.compareTo(other)
                  : Integer.compare(other.length(), one.length()));

  private DeployedProcess(KubernetesClient client, String namespace, Path directory) {
    this.client = client;
    this.namespace = namespace;
    this.directory = directory;
  }

  /**
   * Starts the container.
   *
   * @param directory for its volumes and its log
   * @param more variables, such as ports that are free on this machine
   */
  static SluiceProcess start(
      KubernetesClient client,
      String namespace,
      PodSpec pod,
      Path directory,
      Map<String, String> more)
      throws IOException {
    return new DeployedProcess(client, namespace, Files.createDirectories(directory))
        .start(pod, more);
  }

  private SluiceProcess start(PodSpec pod, Map<String, String> more) throws IOException {
    Container container = pod.getContainers().getFirst();
    for (VolumeMount mount : container.getVolumeMounts()) {
      if (!mount.getMountPath().equals("/tmp")) {
        mounts.put(
            mount.getMountPath(), Files.createDirectories(directory.resolve(mount.getName())));
      }
    }
    for (Volume volume : pod.getVolumes()) {
      for (Map.Entry<String, byte[]> file : files(volume).entrySet()) {
        Files.write(directory.resolve(volume.getName()).resolve(file.getKey()), file.getValue());
      }
    }
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : container.getEnv()) {
      environment.put(
          variable.getName(),
          Optional.ofNullable(variable.getValue()).orElse("pod-0")); // of the pod's metadata
    }
    environment.remove("SLUICE_JAVA_OPTS"); // for the launcher of the image
    environment.putAll(more);
    return SluiceProcess.start(
        directory.resolve("log"),
        environment,
        container.getArgs().stream()
            .map(argument -> argument.replace("$(POD_NAME)", "pod-0"))
            .map(this::here)
            .toArray(String[]::new));
  }

  private Map<String, byte[]> files(Volume volume) {
    Map<String, String> texts = Map.of();
    if (volume.getConfigMap() != null) {
      texts =
          client
              .configMaps()
              .inNamespace(namespace)
              .withName(volume.getConfigMap().getName())
              .get()
              .getData();
    } else if (volume.getSecret() != null) {
      var secret =
          client
              .secrets()
              .inNamespace(namespace)
              .withName(volume.getSecret().getSecretName())
              .get();
      return secret == null
          ? Map.of() // an optional one
          : secret.getData().entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey,
                      entry -> {
                        byte[] content = Base64.getDecoder().decode(entry.getValue());
                        return entry.getKey().endsWith(".properties")
                            ? here(new String(content, UTF_8)).getBytes(UTF_8)
                            : content;
                      }));
    }
    return texts.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, entry -> here(entry.getValue()).getBytes(UTF_8)));
  }

  private String here(String text) {
    String replaced = text;
    for (Map.Entry<String, Path> mount : mounts.entrySet()) {
      replaced = replaced.replace(mount.getKey(), mount.getValue().toString());
    }
    return replaced;
  }
}
