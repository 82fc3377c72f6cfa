package dev.sluice.worker.protect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Ownership;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The objects that protect an installation's applications: a ValidatingAdmissionPolicy, its
 * binding, and a ConfigMap with its parameters for each application (KEP-3488).
 *
 * <p>The policy selects objects by the installation's label. An update is compared with the object
 * as it was, so that an object cannot be taken out of the protection by removing its labels. An
 * error of an expression lets the write pass ({@code failurePolicy: Ignore}): what passes is healed
 * as drift, while a refusal by mistake would also stop deletions of namespaces.
 */
public final class ProtectionPolicy {

  /** Prefix of the names of the objects, whatever the installation. */
  public static final String PREFIX = "sluice-protection.";

  static final String GROUP_VERSION = "admissionregistration.k8s.io/v1";

  /** The kind of the policy, as the API server's refusals name it. */
  public static final String KIND = "ValidatingAdmissionPolicy";

  private static final String BINDING_KIND = "ValidatingAdmissionPolicyBinding";
  private static final String ROOT = "/apis/" + GROUP_VERSION + "/";
  private static final String USERS = "users";
  private static final String ALLOW = "allow";
  private static final String EMERGENCY = "emergency";
  private static final String APPLICATION = "application.";

  /** The object as it was is marked by this installation, for an application with parameters. */
  private static final String OWNED =
      """
      has(oldObject.metadata.labels)
      && '%2$s' in oldObject.metadata.labels
      && oldObject.metadata.labels['%2$s'] == '%4$s'
      && '%1$s' in oldObject.metadata.labels
      && has(oldObject.metadata.annotations)
      && '%3$s' in oldObject.metadata.annotations
      && ('application.' + oldObject.metadata.labels['%1$s']) in params.data
      """;

  /** The object has none of the annotations by which others may change it. */
  private static final String KEPT_AS_IN_GIT =
      """
      ![%s].exists(annotation, annotation[0] in oldObject.metadata.annotations
        && oldObject.metadata.annotations[annotation[0]].trim().lowerAscii() == annotation[1])
      """
          .formatted(
              Directives.forOthers().stream()
                  .map(
                      each ->
                          "['%s', '%s']"
                              .formatted(each.name(), each.value().toLowerCase(Locale.ROOT)))
                  .collect(Collectors.joining(", ")));

  /** The writer is not one of Kubernetes' own components. */
  private static final String NOT_BY_KUBERNETES =
      """
      !(request.userInfo.username in
        ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler'])
      && !(has(request.userInfo.groups) && request.userInfo.groups.exists(group,
        group in ['system:serviceaccounts:kube-system', 'system:nodes']))
      """;

  private static final String NAMES =
      """
      [request.userInfo.username]
      + (has(request.userInfo.groups) ? request.userInfo.groups : [])
      """;

  private static final String PERMITTED =
      """
      params.data.users.split('\\n').exists(user, user == request.userInfo.username)
      || (params.data.allow + '\\n' + params.data['application.' + variables.application])
        .split('\\n').exists(name, name != '' && name in variables.names)
      """;

  /**
   * Only finalizers, managed fields or the status differ, as when an operator handles a resource of
   * its own kind. Owner references count as a change: a false one has the object deleted.
   */
  private static final String WITHOUT_EFFECT =
      """
      request.operation == 'UPDATE'
      && object.all(field, field in ['metadata', 'status']
        || (field in oldObject && object[field] == oldObject[field]))
      && oldObject.all(field, field in ['metadata', 'status'] || field in object)
      && ['labels', 'annotations', 'ownerReferences'].all(field,
        (field in object.metadata) == (field in oldObject.metadata)
        && (!(field in object.metadata) || object.metadata[field] == oldObject.metadata[field]))
      """;

  private static final String REFUSAL =
      """
      'the application ' + variables.application + ' of Sluice owns this object:'
      + ' change it in Git, or run sluice suspend ' + variables.application + ' first.'
      + ' Members of the group ' + params.data.emergency + ' may write in an emergency'
      """;

  private static final String AUDITED =
      """
      variables.emergency && !variables.permitted && !variables.withoutEffect
      ? request.userInfo.username + ' wrote an object of the application ' + variables.application
        + ' as a member of ' + params.data.emergency
      : ''
      """;

  private final String namespace;
  private final String installation;
  private final ProtectionConfig config;

  /** An object and its path. */
  record Placed(String path, ObjectNode object) {}

  /**
   * Creates the policy of an installation.
   *
   * @param namespace of the parameters
   */
  ProtectionPolicy(String namespace, String installation, ProtectionConfig config) {
    this.namespace = namespace;
    this.installation = installation;
    this.config = config;
  }

  /** Returns the name of all three objects. */
  String name() {
    return PREFIX + installation;
  }

  String policyPath() {
    return ROOT + "validatingadmissionpolicies/" + name();
  }

  String bindingPath() {
    return ROOT + "validatingadmissionpolicybindings/" + name();
  }

  String parametersPath() {
    return "/api/v1/namespaces/%s/configmaps/%s".formatted(namespace, name());
  }

  /**
   * Returns the objects in the order in which they are installed.
   *
   * @param user of the worker
   */
  List<Placed> objects(Wanted wanted, String user) {
    return List.of(
        new Placed(parametersPath(), parameters(wanted, user)),
        new Placed(policyPath(), policy()),
        new Placed(bindingPath(), binding()));
  }

  private ObjectNode parameters(Wanted wanted, String user) {
    ObjectNode object = object("v1", "ConfigMap");
    object.withObject("/metadata").put("namespace", namespace);
    NavigableSet<String> users = new TreeSet<>();
    users.add(user);
    wanted.accounts().stream().map(ServiceAccountName::user).forEach(users::add);
    ObjectNode data = object.putObject("data");
    data.put(EMERGENCY, config.emergencyGroup());
    data.put(USERS, String.join("\n", users));
    data.put(ALLOW, String.join("\n", new TreeSet<>(config.allow())));
    wanted
        .applications()
        .forEach(
            (application, protection) ->
                data.put(APPLICATION + application, String.join("\n", protection.allow())));
    return object;
  }

  private ObjectNode policy() {
    ObjectNode object = object(GROUP_VERSION, KIND);
    ObjectNode spec = object.putObject("spec");
    spec.put("failurePolicy", "Ignore");
    spec.putObject("paramKind").put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode constraints = spec.putObject("matchConstraints");
    constraints
        .putObject("objectSelector")
        .putObject("matchLabels")
        .put(Ownership.INSTALLATION_LABEL, installation);
    ObjectNode rule = constraints.putArray("resourceRules").addObject();
    rule.putArray("apiGroups").add("*");
    rule.putArray("apiVersions").add("*");
    rule.putArray("operations").add("UPDATE").add("DELETE");
    // a status update may set annotations, too; other subresources have other objects
    rule.putArray("resources").add("*").add("*/status");
    named(
        spec,
        "matchConditions",
        "owned-by-a-protected-application",
        OWNED.formatted(
            Ownership.APPLICATION_LABEL,
            Ownership.INSTALLATION_LABEL,
            Ownership.GENERATION_ANNOTATION,
            installation));
    named(spec, "matchConditions", "kept-as-in-git", KEPT_AS_IN_GIT);
    named(spec, "matchConditions", "not-by-kubernetes", NOT_BY_KUBERNETES);
    named(spec, "variables", "names", NAMES);
    named(
        spec,
        "variables",
        "application",
        "oldObject.metadata.labels['%s']".formatted(Ownership.APPLICATION_LABEL));
    named(spec, "variables", "emergency", "params.data.emergency in variables.names");
    named(spec, "variables", "permitted", PERMITTED);
    named(spec, "variables", "withoutEffect", WITHOUT_EFFECT);
    spec.putArray("validations")
        .addObject()
        .put("expression", "variables.permitted || variables.emergency || variables.withoutEffect")
        .put("reason", "Forbidden")
        .put("messageExpression", oneLine(REFUSAL));
    spec.putArray("auditAnnotations")
        .addObject()
        .put("key", "break-glass")
        .put("valueExpression", oneLine(AUDITED));
    return object;
  }

  private ObjectNode binding() {
    ObjectNode object = object(GROUP_VERSION, BINDING_KIND);
    ObjectNode spec = object.putObject("spec");
    spec.put("policyName", name());
    spec.putObject("paramRef")
        .put("name", name())
        .put("namespace", namespace)
        .put("parameterNotFoundAction", "Allow");
    spec.putArray("validationActions").add("Deny");
    return object;
  }

  private ObjectNode object(String apiVersion, String kind) {
    ObjectNode object = Json.mapper().createObjectNode();
    object.put("apiVersion", apiVersion).put("kind", kind);
    object
        .putObject("metadata")
        .put("name", name())
        .putObject("labels")
        .put("app.kubernetes.io/part-of", "sluice");
    return object;
  }

  private static void named(ObjectNode spec, String list, String name, String expression) {
    spec.withArray("/" + list).addObject().put("name", name).put("expression", oneLine(expression));
  }

  private static String oneLine(String expression) {
    return expression.lines().map(String::strip).collect(Collectors.joining(" "));
  }
}
