package dev.sluice.contract.failure;

/**
 * Failures of inputs: what the repository, its remote inputs and the fleet say. The dispatcher
 * finds most of them; the worker checks some again before it renders.
 */
public enum SourceFailure implements FailureCode {
  MISSING_PATH(
      "The application's path does not exist in the repository at this commit.",
      "Correct `path` in the fleet, or remove the application from the fleet."),
  MISSING_FILE(
      "A kustomization, a chart or a symbolic link refers to a file that is not in the "
          + "repository.",
      "Add the file, or remove the reference."),
  MISSING_KUSTOMIZATION(
      "A directory that is used as a kustomization has no kustomization.yaml.",
      "Add one, or remove the reference."),
  MISSING_CHART(
      "A directory that is used as a Helm chart has no Chart.yaml.",
      "Correct the path, or commit the chart."),
  MISSING_DEPENDENCY(
      "A chart depends on a chart that is not in the repository.",
      "Run `helm dependency update` and commit the charts or Chart.lock."),
  MISSING_VALUES_FILE(
      "A values file of the application does not exist.",
      "Correct `helm.valuesFiles` in the fleet, or add the file."),
  NO_MANIFESTS(
      "A directory of plain manifests has no manifest.",
      "Correct `path`, or remove the application from the fleet."),
  AMBIGUOUS_KUSTOMIZATION("A directory has more than one kustomization file.", "Keep one of them."),
  NESTED_KUSTOMIZATION(
      "A directory of plain manifests contains a kustomization.",
      "Use the path of the kustomization, or set the source's type to `plain`."),
  INVALID_KUSTOMIZATION(
      "A kustomization has a field with a value that kustomize does not accept.",
      "Correct the field that the message names."),
  INVALID_YAML(
      "A file that decides about inputs (a kustomization, Chart.yaml) is not valid YAML "
          + "of the expected shape.",
      "Correct the file."),
  INVALID_NAME("A chart's name is not valid.", "Correct the name."),
  INVALID_ARGUMENT(
      "A value would become an argument of kustomize or helm and is not safe as one.",
      "Rename the file, directory or value as the message says."),
  INVALID_RELEASE_NAME(
      "The Helm release name is not valid.", "Set `helm.releaseName` in the fleet."),
  INVALID_SET("A key or list in `helm.set` is not valid.", "Correct `helm.set` in the fleet."),
  INVALID_HELMIGNORE("A rule in .helmignore is not valid for Helm.", "Correct the rule."),
  NOT_A_DIRECTORY("A file is used where a directory is required.", "Refer to a directory."),
  NOT_A_FILE("A directory is used where a file is required.", "Refer to a file."),
  NOT_A_CHART("The archive or directory is not a Helm chart.", "Refer to a chart."),
  NOT_A_MANIFEST(
      "The application's path is a file that is not YAML or JSON by its name.",
      "Refer to a .yaml, .yml or .json file."),
  NOT_TEXT("A file is not UTF-8 text.", "Save it as UTF-8, or exclude it."),
  BAD_NAME(
      "A file has a name that is not valid (not UTF-8, control characters, or reserved "
          + "by Git).",
      "Rename the file."),
  BAD_PATH(
      "A reference is not a valid path (control characters, or too long).",
      "Correct the reference."),
  BAD_LINK("A symbolic link has no valid target.", "Remove the link."),
  BROKEN_LINK(
      "A symbolic link leads nowhere, or to a directory above itself.",
      "Correct or remove the link."),
  SYMLINK_LOOP("Symbolic links form a loop.", "Remove one of the links."),
  UNSAFE_PATH(
      "A path in the target would leave the directory of the inputs, or occurs twice.",
      "Correct the path."),
  OUTSIDE_REPOSITORY(
      "A reference leaves the repository.", "Use a relative path inside the repository."),
  CASE_COLLISION("Two paths differ only in upper and lower case.", "Rename one of them."),
  SUBMODULE(
      "An input is in a Git submodule whose repository the application's policy does not allow, or "
          + "whose URL is missing or not valid.",
      "Add its Repository to `policy.remote.bases`, correct .gitmodules, or commit its files."),
  LARGE_FILE(
      "An input is a pointer of Git LFS, and the fleet does not allow to fetch its content.",
      "Commit the file itself, or set `lfs.maxBytes` of its Repository in the fleet."),
  CYCLE(
      "Kustomizations, charts or dependencies include each other.",
      "Remove one of the references."),
  DEPENDENCY_CYCLE("Charts depend on each other.", "Remove one of the dependencies."),
  TOO_COMPLEX("The inputs exceed a limit of depth or number of steps.", "Split the application."),
  TOO_LARGE(
      "A file, the inputs, a rendering or an object exceeds its size limit.",
      "Split the application or the object."),
  TOO_MANY_FILES("The application has more input files than the limit.", "Split the application."),
  TOO_MANY_CHARTS("A chart depends on more charts than the limit.", "Remove dependencies."),
  TARGET_TOO_LARGE("The inputs do not fit into one Kafka record.", "Split the application."),
  REMOTE_BASE(
      "A kustomization refers to a base in another repository, which the application's "
          + "policy does not allow.",
      "Commit a copy, or add the repository to `policy.remote.bases`."),
  REMOTE_CHART(
      "A kustomization refers to a chart that is not in the repository and cannot be "
          + "downloaded.",
      "Commit the chart, or add its repository to `policy.remote.charts`."),
  REMOTE_DEPENDENCY(
      "A chart depends on a chart of a repository that the application's policy does "
          + "not allow.",
      "Commit the dependency, or add its repository to `policy.remote.charts`."),
  REMOTE_REFERENCE("A kustomization refers to a URL.", "Copy the file into the repository."),
  UNPINNED_BASE(
      "A remote base has no tag and no commit.", "Add `?ref=` with a tag or a full commit id."),
  UNPINNED_DEPENDENCY(
      "A chart's version is a range and no lock pins it.",
      "Commit Chart.lock, or name an exact version."),
  STALE_LOCK(
      "Chart.lock does not satisfy Chart.yaml.",
      "Run `helm dependency update` and commit Chart.lock."),
  REMOTE_UNREACHABLE(
      "A Git repository, LFS server, chart repository or registry does not answer or refuses the "
          + "credentials. Retried automatically.",
      "Check the URL, the network and the credentials in the message."),
  REMOTE_MISSING(
      "A remote base, chart or file of Git LFS does not exist. Retried automatically.",
      "Correct the reference, or publish what it names; for Git LFS, `git lfs push`."),
  REMOTE_INVALID(
      "A remote chart or index has invalid content, or an LFS server sends other content than the"
          + " pointer names.",
      "Have its publisher correct it, or use another version; then run `sluice sync`."),
  CHART_MISSING(
      "The index of the chart repository has no chart of this name. Retried automatically.",
      "Correct `chart` or `url` of the Repository in the fleet, or publish the chart."),
  VERSION_MISSING(
      "The chart repository or registry has no such version, tag or digest. The objects in the"
          + " clusters stay. Retried automatically.",
      "Correct `version` of the source in the fleet, or publish that version."),
  DIGEST_MISMATCH(
      "The downloaded file has another digest than the index, manifest or `version` says. Retried"
          + " automatically.",
      "Have its publisher correct it; if the same content is served elsewhere, look for the"
          + " attacker or the cache in between."),
  UNSUPPORTED_ARTIFACT(
      "The registry has something else at this tag than a Helm chart or an archive of manifests,"
          + " such as a container image. Retried automatically.",
      "Correct `url` or `version`, or publish it with `helm push` or `flux push artifact`."),
  ARTIFACT_INVALID(
      "The archive of a chart or artifact is refused: it cannot be read, has links or paths outside"
          + " of it, or is not the chart that its index names. Retried automatically.",
      "Have its publisher correct it, or use another version."),
  ARTIFACT_TOO_LARGE(
      "The index or archive of a chart or artifact exceeds a limit of size. Retried automatically.",
      "Publish fewer files, or split the chart or artifact."),
  REPOSITORY_UNREADABLE(
      "The dispatcher cannot read the repository; the newest revision is unknown. Retried"
          + " automatically.",
      "Check the URL, the network and the credentials in the message."),
  REPOSITORY_NOT_FOUND(
      "The forge has no repository at the URL, or hides it: it was deleted or renamed, or is"
          + " private. Retried automatically.",
      "Correct the Repository's URL in the fleet, or give it credentials that may read it."),
  REPOSITORY_REDIRECTED(
      "The forge redirects the repository's URL to another server, which the credentials are not"
          + " for. Retried automatically.",
      "Give the URL that it redirects to in the fleet."),
  CREDENTIALS_REFUSED(
      "The forge refuses the repository's credentials. Retried automatically.",
      "Check the value, the expiry and the rights of the credentials that the message names."),
  CREDENTIALS_EXPIRED(
      "The forge refuses credentials that it accepted before: they have expired or were revoked."
          + " Retried automatically.",
      "Renew the credentials that the message names; the next attempt reads the new ones."),
  CREDENTIALS_ROTATED(
      "The forge accepted the former value of the repository's credentials and refuses the present"
          + " one. Retried automatically.",
      "Check the new value of the credentials that the message names, or undo the change."),
  ACCESS_DENIED(
      "The forge knows the credentials, or needs none, and denies access to the repository (403)."
          + " Retried automatically.",
      "Give the user, token or app the right to read the repository."),
  CLIENT_CERTIFICATE_REFUSED(
      "The server requires a client certificate, or refuses the one that the fleet gives. Retried"
          + " automatically.",
      "Give `https.clientCertificate` and `https.clientKey`, or renew the certificate."),
  PROXY_REFUSED(
      "The proxy refuses the connection to the forge. Retried automatically.",
      "Check the proxy's credentials, and that it permits the forge's host and port."),
  CREDENTIALS_MISSING(
      "The forge requires credentials, and the fleet gives none, or they cannot be read. Retried"
          + " automatically.",
      "Give the Repository credentials, or make those that the message names readable."),
  FORGE_UNREACHABLE(
      "The forge does not answer, or answers with an error. Retried automatically.",
      "Check the forge, the host name and port of the URL, and the network."),
  HOST_KEY_REFUSED(
      "The SSH server has an unknown or another host key than expected. Retried automatically.",
      "Compare the key as the message says, and correct the known hosts."),
  CERTIFICATE_REFUSED(
      "The forge's TLS certificate is not accepted. Retried automatically.",
      "Do what the message says: trust its authority, or renew or replace the certificate."),
  SHA256_REPOSITORY(
      "The repository has the object format SHA-256, which Sluice cannot read. Tried again each"
          + " minute.",
      "Push its content to a repository with the object format SHA-1, which is Git's default, and"
          + " give that URL in the fleet."),
  MIRROR_FULL(
      "The repository does not fit into the dispatcher's mirror. Retried automatically.",
      "Make room on the disk, make the repository smaller, or raise the limit that the message"
          + " names."),
  REPOSITORY_NEVER_READ(
      "The dispatcher has not read the repository yet; the newest revision is unknown. Retried"
          + " automatically.",
      "Check the URL and the credentials of the Repository in the fleet."),
  REF_GONE(
      "The repository has no such ref: it was deleted, or not pushed yet. The objects stay.",
      "Push the ref, or correct `ref` in the fleet."),
  NO_MATCHING_VERSION(
      "No tag of the repository, or no published version of a chart or OCI artifact, is in the"
          + " range of `ref` or `version`: there is none yet, or the last one was withdrawn. The"
          + " objects stay.",
      "Push a tag or publish a version in the range, or correct the range in the fleet."),
  COMMIT_MISSING(
      "The commit of a rollback is not in the repository.",
      "Roll back to another commit, or resume the application."),
  UNSIGNED(
      "A commit or tag has no signature, and the repository's `verify` requires one. What was"
          + " dispatched last stays in force.",
      "Sign it and push again; the message names what must be signed."),
  UNKNOWN_SIGNER(
      "A commit or tag is signed with a key that is not among the trusted keys of the repository's"
          + " `verify`.",
      "Have it signed with a trusted key, or add the key that the message names to the reference;"
          + " it is read again within seconds."),
  SIGNATURE_EXPIRED(
      "The key that signed a commit or tag has expired, or was not valid yet at the commit's time.",
      "Renew the key in the reference that the message names, or sign with a valid key."),
  SIGNATURE_REVOKED(
      "The key that signed a commit or tag was revoked by its owner.",
      "Sign the commit with a valid key, and find out why somebody signs with the revoked one."),
  SIGNATURE_INVALID(
      "The signature does not belong to the commit or tag, is malformed, or uses an algorithm that"
          + " is not accepted.",
      "Sign again as the message says. A signature that belongs to other content may be an"
          + " attack."),
  TOO_MANY_COMMITS(
      "More commits are new since the one that was dispatched last than `verify.mode: every-commit`"
          + " verifies.",
      "Set `verify.mode: head` until the newest commit is dispatched."),
  SIGNING_KEYS_UNREADABLE(
      "The trusted keys of the repository's `verify` cannot be read, or none of them is usable."
          + " Nothing new is dispatched.",
      "Correct the file or variable that the message names; it is read again within seconds."),
  UNRESOLVABLE(
      "The inputs could not be determined because of an unexpected error.",
      "Report the message as a bug of Sluice."),
  UNSUPPORTED(
      "The inputs use a feature that Sluice does not support or the policy does not "
          + "allow, or the API server does not support a request.",
      "Replace the feature as the message says.");

  private final String meaning;
  private final String remedy;

  SourceFailure(String meaning, String remedy) {
    this.meaning = meaning;
    this.remedy = remedy;
  }

  @Override
  public String value() {
    return FailureCode.pascalCase(name());
  }

  @Override
  public Explanation explanation() {
    return new Explanation(meaning, remedy);
  }

  @Override
  public String toString() {
    return value();
  }
}
