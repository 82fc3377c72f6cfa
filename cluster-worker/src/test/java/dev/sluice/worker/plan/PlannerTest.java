package dev.sluice.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {

  private static final Planner.Runs INSTALL = new Planner.Runs(true, false, "1");
  private static final Planner.Runs UPGRADE = new Planner.Runs(false, false, "2");

  private final Planner planner = new Planner();

  @Test
  void distinguishesNewChangedAndUnchangedObjects() {
    Manifest same = configMap("same", "1");
    Manifest changed = configMap("changed", "2");
    Manifest fresh = configMap("fresh", "1");
    Inventory old = inventory(entry(same), entry(configMap("changed", "1")));

    Plan.Ready plan = ready(request(List.of(fresh, same, changed), old));

    assertThat(plan.applies())
        .extracting(ApplyStep::ref, ApplyStep::reason)
        .containsExactly(
            tuple(changed.ref(), ApplyStep.Reason.CHANGED),
            tuple(fresh.ref(), ApplyStep.Reason.NEW));
    assertThat(plan.unchanged()).containsExactly(same.ref());
    assertThat(plan.inventories().after())
        .isEqualTo(inventory(entry(same), entry(changed), entry(fresh)));
    assertThat(plan.isEmpty()).isFalse();
  }

  @Test
  void doesNothingWithoutChanges() {
    Manifest same = configMap("same", "1");

    Plan.Ready plan = ready(request(List.of(same), inventory(entry(same))));

    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.writeSet()).isEmpty();
  }

  @Test
  void writesAllOfAnUnfinishedIntentAgain() {
    Manifest same = configMap("same", "1");
    Planner.Request request =
        new Planner.Request(
            List.of(same),
            inventory(entry(same)),
            Set.of(same.ref().id()),
            Policy.DEFAULT,
            false,
            UPGRADE);

    assertThat(ready(request).applies())
        .extracting(ApplyStep::reason)
        .containsExactly(ApplyStep.Reason.REASSERT);
  }

  @Test
  void putsHelmsHooksBeforeAndAfterTheRestByWeight() {
    List<Manifest> desired =
        List.of(
            configMap("rest", "1"),
            hook(manifest("batch/v1", "Job", "seed"), "post-install, pre-upgrade", "0"),
            hook(manifest("batch/v1", "Job", "migrate"), "pre-install,pre-upgrade", "5"),
            hook(manifest("v1", "Secret", "settings"), "pre-install,pre-upgrade", "-1"),
            hook(manifest("v1", "ServiceAccount", "settings"), "pre-upgrade", "-1"),
            hook(manifest("batch/v1", "Job", "notify"), "post-upgrade", "many"),
            hook(manifest("v1", "Namespace", "apart"), "post-install", "1"),
            manifest("storage.k8s.io/v1", "StorageClass", "fast"));
    List<String> installed =
        List.of(
            "PRE_SYNC 0 [] hooks [Secret]",
            "PRE_SYNC 0 [] hooks [migrate]",
            "SYNC 0 [StorageClass, ConfigMap] hooks []",
            "POST_SYNC 0 [] hooks [seed]",
            "POST_SYNC 0 [] hooks [Namespace]");

    Plan.Ready first = ready(request(desired, Inventory.EMPTY, INSTALL));
    Plan.Ready again =
        ready(
            new Planner.Request(
                desired,
                first.inventories().during(),
                ids(first.writeSet()),
                Policy.DEFAULT,
                false,
                INSTALL));
    Plan.Ready upgrade = ready(request(desired, inventory(entry(configMap("rest", "0"))), UPGRADE));

    assertThat(stages(first)).isEqualTo(installed);
    assertThat(stages(again)).as("an install that was not finished").isEqualTo(installed);
    assertThat(stages(upgrade))
        .containsExactly(
            "PRE_SYNC 0 [] hooks [ServiceAccount, Secret]",
            "PRE_SYNC 0 [] hooks [seed]",
            "PRE_SYNC 0 [] hooks [migrate]",
            "SYNC 0 [StorageClass, ConfigMap] hooks []",
            "POST_SYNC 0 [] hooks [notify]");
  }

  @Test
  void hooksRunWithEachChangeAndNotWithout() {
    Manifest migrate = hook(manifest("batch/v1", "Job", "migrate"), "pre-install,pre-upgrade", "0");
    Manifest late = hook(manifest("batch/v1", "Job", "late"), "post-upgrade", "0");
    List<Manifest> desired = List.of(configMap("rest", "1"), migrate, late);
    Inventory installed = ready(request(desired, Inventory.EMPTY, INSTALL)).inventories().after();

    assertThat(ready(request(desired, installed, UPGRADE)).isEmpty())
        .as("nothing has changed")
        .isTrue();
    assertThat(
            stages(
                ready(request(List.of(configMap("rest", "2"), migrate, late), installed, UPGRADE))))
        .containsExactly(
            "PRE_SYNC 0 [] hooks [migrate]",
            "SYNC 0 [ConfigMap] hooks []",
            "POST_SYNC 0 [] hooks [late]");
    Planner.Request resync =
        new Planner.Request(
            desired,
            installed,
            installed.ids(),
            Policy.DEFAULT,
            false,
            new Planner.Runs(false, true, "2"));
    assertThat(stages(ready(resync)))
        .as("the same inputs were applied to the end before")
        .containsExactly("SYNC 0 [ConfigMap] hooks []");
    Plan.Ready without = ready(request(List.of(configMap("rest", "1"), late), installed, UPGRADE));
    assertThat(stages(without)).as("no hook runs because one was removed").isEmpty();
    assertThat(without.prunes()).containsExactly(PruneStep.ofHook(migrate.ref()));
  }

  @Test
  void wavesAreStagesThatWaitForTheirObjects() {
    List<Manifest> desired =
        List.of(
            annotated(configMap("a", "1"), "argocd.argoproj.io/sync-wave", "-1"),
            annotated(configMap("c", "1"), "sluice.dev/wave", "2"),
            configMap("b", "1"),
            annotated(manifest("v1", "Namespace", "n"), "argocd.argoproj.io/sync-wave", "5"),
            annotated(manifest("v1", "Namespace", "other"), "argocd.argoproj.io/sync-wave", "1"),
            annotated(manifest("batch/v1", "Job", "check"), "argocd.argoproj.io/hook", "PostSync"));

    Plan.Ready plan = ready(request(desired, inventory(entry(desired.get(2))), UPGRADE));

    assertThat(stages(plan))
        .as("a namespace comes before the first wave that needs it")
        .containsExactly(
            "SYNC -1 [Namespace] hooks [] awaits 1",
            "SYNC -1 [ConfigMap] hooks [] awaits 1",
            "SYNC 0 [] hooks [] awaits 1",
            "SYNC 1 [Namespace] hooks [] awaits 1",
            "SYNC 2 [ConfigMap] hooks [] awaits 1",
            "POST_SYNC 0 [] hooks [check]");
    Plan.Ready first =
        ready(request(desired.subList(0, 3), inventory(entry(desired.get(1))), UPGRADE));
    assertThat(stages(first))
        .as("what is unchanged in later waves is not awaited")
        .containsExactly("SYNC -1 [ConfigMap] hooks [] awaits 1", "SYNC 0 [ConfigMap] hooks []");
  }

  @Test
  void aRemovalThatContinuesDoesNotDeleteTheHooksThatItRuns() {
    Manifest web = configMap("web", "1");
    Manifest cleanup = hook(manifest("batch/v1", "Job", "cleanup"), "post-delete", "0");
    List<HookStep> hooks = Planner.removalHooks(List.of(cleanup), UPGRADE);

    Plan.Ready first = planner.removal(inventory(entry(web)), false, false, hooks);
    Plan.Ready again = planner.removal(first.inventories().during(), false, false, hooks);

    assertThat(first.otherHooks().afterDeletion()).hasSize(1);
    assertThat(again.prunes()).extracting(PruneStep::ref).containsExactly(web.ref());
    assertThat(again.otherHooks()).isEqualTo(first.otherHooks());
  }

  @Test
  void deletesInReverseOrderOfWaves() {
    Manifest early = annotated(configMap("a", "1"), "sluice.dev/wave", "-1");
    Manifest late = annotated(configMap("b", "1"), "sluice.dev/wave", "3");
    Manifest stays = configMap("c", "1");
    Inventory old =
        ready(request(List.of(early, late, stays), Inventory.EMPTY, INSTALL)).inventories().after();

    assertThat(ready(request(List.of(stays), old, UPGRADE)).prunes())
        .extracting(PruneStep::ref)
        .containsExactly(late.ref(), early.ref());
  }

  @Test
  void aGeneratedNameIsTheSameForOneGenerationAndAnotherForEach() throws Exception {
    Manifest hook =
        ManifestReader.read(
                """
                apiVersion: batch/v1
                kind: Job
                metadata:
                  generateName: migrate-
                  namespace: shop
                  annotations: {argocd.argoproj.io/hook: PreSync}
                """,
                "hook.yaml")
            .getFirst();
    List<Manifest> desired = List.of(configMap("rest", "1"), hook);

    Plan.Ready first = ready(request(desired, Inventory.EMPTY, INSTALL));
    Plan.Ready same = ready(request(desired, Inventory.EMPTY, INSTALL));
    Inventory installed = first.inventories().after();
    Plan.Ready unchanged = ready(request(desired, installed, UPGRADE));
    Plan.Ready next = ready(request(List.of(configMap("rest", "2"), hook), installed, UPGRADE));

    ObjectRef ran = first.stages().getFirst().hooks().getFirst().ref();
    assertThat(ran.name()).matches("migrate-[0-9a-f]{10}");
    assertThat(same.stages().getFirst().hooks().getFirst().ref()).isEqualTo(ran);
    assertThat(unchanged.isEmpty()).isTrue();
    assertThat(unchanged.inventories().after()).isEqualTo(installed);
    assertThat(next.stages().getFirst().hooks().getFirst().ref().name())
        .matches("migrate-[0-9a-f]{10}")
        .isNotEqualTo(ran.name());
    assertThat(next.prunes()).containsExactly(PruneStep.ofHook(ran));
  }

  private static List<String> stages(Plan.Ready plan) {
    return plan.stages().stream()
        .map(
            stage ->
                "%s %d %s hooks %s%s"
                    .formatted(
                        stage.phase(),
                        stage.wave(),
                        names(stage.steps().stream().map(ApplyStep::ref)),
                        names(stage.hooks().stream().map(HookStep::ref)),
                        stage.awaited().isEmpty() ? "" : " awaits " + stage.awaited().size()))
        .toList();
  }

  private static List<String> names(Stream<ObjectRef> refs) {
    return refs.map(ref -> ref.kind().equals("Job") ? ref.name() : ref.kind()).toList();
  }

  private static Manifest annotated(Manifest manifest, String annotation, String value) {
    manifest.content().withObject("/metadata/annotations").put(annotation, value);
    return manifest;
  }

  private static Manifest hook(Manifest manifest, String hooks, String weight) {
    manifest
        .content()
        .withObject("/metadata/annotations")
        .put("helm.sh/hook", hooks)
        .put("helm.sh/hook-weight", weight);
    return manifest;
  }

  @Test
  void prunesUndesiredObjectsInReverseOrder() {
    Manifest stays = configMap("stays", "1");
    Inventory old =
        inventory(
            entry(stays),
            entry(manifest("v1", "Service", "gone")),
            entry(manifest("apps/v1", "Deployment", "gone")));

    Plan.Ready plan = ready(request(List.of(stays), old));

    assertThat(plan.prunes())
        .extracting(step -> step.ref().kind())
        .containsExactly("Deployment", "Service");
    assertThat(plan.inventories().during().size()).isEqualTo(3);
    assertThat(plan.inventories().after().size()).isEqualTo(1);
  }

  @Test
  void anotherVersionIsTheSameObject() {
    Manifest before = manifest("apps/v1beta1", "Deployment", "web");
    Manifest now = manifest("apps/v1", "Deployment", "web");

    Plan.Ready plan =
        ready(request(List.of(now), inventory(new InventoryEntry(before.ref(), "old", false))));

    assertThat(plan.applies()).extracting(ApplyStep::ref).containsExactly(now.ref());
    assertThat(plan.prunes()).isEmpty();
    assertThat(plan.inventories().after().find(before.ref().id()).orElseThrow().ref())
        .isEqualTo(now.ref());
  }

  @ParameterizedTest
  @CsvSource({
    "sluice.dev/prune,disabled",
    "kustomize.toolkit.fluxcd.io/prune,Disabled",
    "helm.sh/resource-policy,keep",
    "argocd.argoproj.io/sync-options,'Validate=false, Prune=false'",
  })
  void remembersThatAnObjectMustNotBeDeleted(String annotation, String value) {
    Manifest kept = annotated("kept", annotation, value);
    Manifest other = configMap("other", "1");
    Inventory old = ready(request(List.of(kept, other), Inventory.EMPTY)).inventories().after();

    Plan.Ready plan = ready(request(List.of(other), old));

    assertThat(plan.prunes()).isEmpty();
    assertThat(plan.skipped()).containsExactly(kept.ref());
    assertThat(plan.inventories().after()).isEqualTo(inventory(entry(other)));
  }

  @ParameterizedTest
  @CsvSource({
    "sluice.dev/reconcile,disabled",
    "kustomize.toolkit.fluxcd.io/reconcile,disabled",
    "kustomize.toolkit.fluxcd.io/ssa,Ignore",
  })
  void leavesAloneWhatMustNotBeTouched(String annotation, String value) {
    Manifest ignored = annotated("ignored", annotation, value);
    Manifest other = configMap("other", "1");

    Plan.Ready fresh = ready(request(List.of(ignored, other), Inventory.EMPTY));
    Plan.Ready owned =
        ready(
            request(
                List.of(ignored, other),
                inventory(new InventoryEntry(ignored.ref(), "before", false))));

    assertThat(fresh.skipped()).containsExactly(ignored.ref());
    assertThat(fresh.inventories().after()).isEqualTo(inventory(entry(other)));
    assertThat(owned.prunes()).isEmpty();
    assertThat(owned.inventories().after().find(ignored.ref().id()).orElseThrow().digest())
        .isEqualTo("before");
  }

  @ParameterizedTest
  @CsvSource({
    "sluice.dev/apply,IfNotPresent,CREATE_ONLY",
    "kustomize.toolkit.fluxcd.io/ssa,IfNotPresent,CREATE_ONLY",
    "kustomize.toolkit.fluxcd.io/ssa,Merge,APPLY",
  })
  void createsOnlyWhereThatIsAskedFor(String annotation, String value, ApplyStep.Mode mode) {
    Plan.Ready plan = ready(request(List.of(annotated("a", annotation, value)), Inventory.EMPTY));

    assertThat(plan.applies()).extracting(ApplyStep::mode).containsExactly(mode);
  }

  @ParameterizedTest
  @CsvSource({
    "10,  5, 50, false",
    "10,  6, 50, true",
    "10,  2,  1, false",
    "10,  3,  1, true",
    " 2,  1, 50, false",
    " 3,  2, 50, false",
    "10,  1,  0, true",
    "10, 10, 100, false",
  })
  void guardsAgainstDeletingTooMuch(int objects, int gone, int percent, boolean held) {
    List<Manifest> all =
        IntStream.range(0, objects).mapToObj(i -> configMap("c" + i, "1")).toList();
    Inventory old = inventory(all.stream().map(PlannerTest::entry).toArray(InventoryEntry[]::new));
    List<Manifest> desired =
        Stream.concat(all.stream().skip(gone), Stream.of(configMap("fresh", "1"))).toList();
    Policy policy = new Policy(true, percent, true, Policy.DEFAULT.timeout());
    Planner.Request request = new Planner.Request(desired, old, Set.of(), policy, false, UPGRADE);

    Plan plan = planner.plan(request);
    Plan approved =
        planner.plan(new Planner.Request(desired, old, Set.of(), policy, true, UPGRADE));

    assertThat(plan instanceof Plan.Held).isEqualTo(held);
    if (plan instanceof Plan.Held(Failure failure, Plan.Ready _)) {
      assertThat(failure.code()).isEqualTo(ApplyFailure.PRUNE_LIMIT);
      assertThat(failure.message()).contains("%d of the application's %d".formatted(gone, objects));
    }
    assertThat(approved).isInstanceOf(Plan.Ready.class);
  }

  @ParameterizedTest
  @CsvSource({
    "v1, Namespace, true",
    "v1, PersistentVolumeClaim, true",
    "apiextensions.k8s.io/v1, CustomResourceDefinition, true",
    "example.com/v1, Namespace, false",
    "v1, Secret, false",
  })
  void guardsProtectedKinds(String apiVersion, String kind, boolean held) {
    Manifest guarded = manifest(apiVersion, kind, "data");
    Manifest stays = configMap("stays", "1");
    Inventory old = inventory(entry(guarded), entry(stays));

    Plan plan = planner.plan(request(List.of(stays), old));
    Plan.Ready removal = planner.removal(old, false, false);
    Plan.Ready approved = planner.removal(old, false, true);

    assertThat(
            plan instanceof Plan.Held(Failure f, Plan.Ready _)
                && f.code() == ApplyFailure.PRUNE_PROTECTED)
        .isEqualTo(held);
    assertThat(removal.skipped().contains(guarded.ref())).isEqualTo(held);
    assertThat(removal.prunes()).hasSize(held ? 1 : 2);
    assertThat(approved.prunes()).hasSize(2);
  }

  @Test
  void anObjectThatAsksForApprovalIsNotDeletedWithoutOne() {
    Manifest guarded = annotated("data", "argocd.argoproj.io/sync-options", "Prune=confirm");
    Manifest stays = configMap("stays", "1");
    Inventory old = ready(request(List.of(guarded, stays), Inventory.EMPTY)).inventories().after();

    Plan plan = planner.plan(request(List.of(stays), old));

    assertThat(plan).isInstanceOf(Plan.Held.class);
    assertThat(((Plan.Held) plan).failure().message()).contains(guarded.ref().toString());
    assertThat(planner.removal(old, false, false).skipped()).containsExactly(guarded.ref());
    assertThat(planner.removal(old, false, true).prunes()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "sluice.dev/prune, disabled, false",
    "sluice.dev/prune, confirm, false",
    "sluice.dev/replace, disabled, false",
    "sluice.dev/apply, IfNotPresent, true",
  })
  void anObjectWhoseDeletionIsGuardedIsNotReplaced(String name, String value, boolean replaced) {
    Policy policy = with("replace", true);
    ApplyStep step =
        ready(request(List.of(annotated("a", name, value)), Inventory.EMPTY)).applies().getFirst();

    assertThat(Stage.replaces(step, policy)).isEqualTo(replaced);
  }

  @Test
  void thePolicyOfTheGenerationDecidesAboutDependentsOfEarlierObjects() {
    Manifest gone = configMap("gone", "1");
    Manifest stays = configMap("stays", "1");
    Planner.Request request =
        new Planner.Request(
            List.of(stays),
            inventory(entry(gone), entry(stays)),
            Set.of(),
            with("propagationPolicy", "orphan"),
            false,
            UPGRADE);

    assertThat(ready(request).prunes())
        .extracting(PruneStep::propagation)
        .containsExactly(Propagation.ORPHAN);
  }

  private static Policy with(String field, Object value) {
    ObjectNode fields = Json.mapper().valueToTree(Policy.DEFAULT);
    fields.set(field, Json.mapper().valueToTree(value));
    return Json.mapper().convertValue(fields, Policy.class);
  }

  @Test
  void theAnnotationOrElseThePolicyDecidesAboutDependents() {
    Manifest own = annotated("own", "sluice.dev/propagation-policy", "orphan");
    Manifest ofPolicy = configMap("policy", "1");
    Policy policy = with("propagationPolicy", "foreground");
    Inventory old =
        ready(
                new Planner.Request(
                    List.of(own, ofPolicy), Inventory.EMPTY, Set.of(), policy, false, UPGRADE))
            .inventories()
            .after();

    List<PruneStep> prunes = ready(request(List.of(configMap("new", "1")), old)).prunes();

    assertThat(prunes)
        .extracting(PruneStep::ref, PruneStep::propagation)
        .containsExactlyInAnyOrder(
            tuple(own.ref(), Propagation.ORPHAN), tuple(ofPolicy.ref(), Propagation.FOREGROUND));
  }

  @Test
  void withoutPruningTheObjectsStayInTheInventory() {
    Manifest stays = configMap("stays", "1");
    Manifest gone = configMap("gone", "1");
    Inventory old = inventory(entry(stays), entry(gone));
    Policy policy = new Policy(false, 50, true, Policy.DEFAULT.timeout());

    Plan.Ready plan =
        ready(new Planner.Request(List.of(stays), old, Set.of(), policy, false, UPGRADE));

    assertThat(plan.prunes()).isEmpty();
    assertThat(plan.skipped()).containsExactly(gone.ref());
    assertThat(plan.inventories().after()).isEqualTo(old);
  }

  @Test
  void nothingDesiredIsNeverDeleteAll() {
    Plan plan = planner.plan(request(List.of(), inventory(entry(configMap("a", "1")))));

    assertThat(plan)
        .isInstanceOfSatisfying(
            Plan.Refused.class,
            held -> assertThat(held.failure().code()).isEqualTo(RenderFailure.EMPTY_RENDERING));
  }

  @Test
  void removalPrunesAllOrOrphansAll() {
    Inventory old =
        inventory(
            entry(configMap("a", "1")), entry(annotated("b", "sluice.dev/prune", "disabled")));

    Plan.Ready removal = planner.removal(old, false, false);
    Plan.Ready orphaned = planner.removal(old, true, false);

    assertThat(removal.prunes()).extracting(step -> step.ref().name()).containsExactly("a");
    assertThat(removal.skipped()).extracting(ObjectRef::name).containsExactly("b");
    assertThat(orphaned.prunes()).isEmpty();
    assertThat(orphaned.skipped()).hasSize(2);
    assertThat(orphaned.inventories().after()).isEqualTo(Inventory.EMPTY);
  }

  @RepeatedTest(200)
  void accountsForEveryObjectOnce(RepetitionInfo repetition) {
    RandomObjects world = new RandomObjects(repetition.getCurrentRepetition());
    List<Manifest> desired = world.refs(12).stream().map(world::manifest).toList();
    List<InventoryEntry> entries = new ArrayList<>();
    for (ObjectRef ref : world.refs(12)) {
      entries.add(
          new InventoryEntry(ref, world.manifest(ref).digest(), world.random.nextInt(4) == 0));
    }
    Inventory old = new Inventory(entries);
    Set<ObjectId> unfinished =
        old.ids().stream()
            .sorted()
            .filter(id -> world.random.nextInt(3) == 0)
            .collect(Collectors.toSet());
    Policy policy = new Policy(world.random.nextInt(4) > 0, 50, true, Policy.DEFAULT.timeout());

    Plan.Ready plan = ready(new Planner.Request(desired, old, unfinished, policy, true, UPGRADE));

    Set<ObjectId> desiredOnes = Set.copyOf(desired.stream().map(m -> m.ref().id()).toList());
    List<ObjectRef> applied = plan.applies().stream().map(ApplyStep::ref).toList();
    List<ObjectRef> pruned = plan.prunes().stream().map(PruneStep::ref).toList();
    List<ObjectRef> all = new ArrayList<>(applied);
    all.addAll(pruned);
    all.addAll(plan.unchanged());
    all.addAll(plan.skipped());
    assertThat(all.stream().map(ObjectRef::id)).doesNotHaveDuplicates();
    assertThat(all.stream().map(ObjectRef::id).toList())
        .containsAll(desiredOnes)
        .containsAll(old.ids());
    assertThat(pruned.stream().map(ObjectRef::id)).doesNotContainAnyElementsOf(desiredOnes);
    assertThat(plan.unchanged().stream().map(ObjectRef::id)).noneMatch(unfinished::contains);
    assertThat(pruned).isSortedAccordingTo(Order.INSTANCE.reversed());
    assertThat(applied).isSortedAccordingTo(Order.INSTANCE);
    for (ObjectRef ref : applied) {
      assertThat(plan.inventories().during().find(ref.id())).isPresent();
      assertThat(plan.inventories().after().find(ref.id())).isPresent();
    }
    for (ObjectRef ref : pruned) {
      assertThat(plan.inventories().during().find(ref.id())).isPresent();
      assertThat(plan.inventories().after().find(ref.id())).isEmpty();
    }
    Planner.Request again =
        new Planner.Request(desired, plan.inventories().after(), Set.of(), policy, true, UPGRADE);
    if (planner.plan(again) instanceof Plan.Ready second) {
      assertThat(second.isEmpty()).as("a plan that was carried out leaves nothing to do").isTrue();
    }
  }

  private Plan.Ready ready(Planner.Request request) {
    Plan plan = planner.plan(request);
    assertThat(plan).isInstanceOf(Plan.Ready.class);
    return (Plan.Ready) plan;
  }

  private static Planner.Request request(List<Manifest> desired, Inventory old) {
    return request(desired, old, UPGRADE);
  }

  private static Planner.Request request(List<Manifest> desired, Inventory old, Planner.Runs runs) {
    return new Planner.Request(desired, old, Set.of(), Policy.DEFAULT, false, runs);
  }

  private static Inventory inventory(InventoryEntry... entries) {
    return new Inventory(List.of(entries));
  }

  private static InventoryEntry entry(Manifest manifest) {
    return new InventoryEntry(manifest.ref(), manifest.digest(), manifest.directives().keep());
  }

  private static Manifest configMap(String name, String value) {
    return new Manifest(
        new ObjectRef("v1", "ConfigMap", "n", name),
        Json.mapper().createObjectNode().put("value", value),
        "test");
  }

  private static Manifest manifest(String apiVersion, String kind, String name) {
    return new Manifest(
        new ObjectRef(apiVersion, kind, "", name),
        Json.mapper().createObjectNode().put("apiVersion", apiVersion),
        "test");
  }

  private static Manifest annotated(String name, String annotation, String value) {
    ObjectNode content = Json.mapper().createObjectNode();
    content.putObject("metadata").putObject("annotations").put(annotation, value);
    return new Manifest(new ObjectRef("v1", "ConfigMap", "n", name), content, "test");
  }

  private static Set<ObjectId> ids(Set<ObjectRef> refs) {
    return refs.stream().map(ObjectRef::id).collect(Collectors.toSet());
  }
}
