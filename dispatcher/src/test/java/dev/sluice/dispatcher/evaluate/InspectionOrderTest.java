package dev.sluice.dispatcher.evaluate;

import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.defined;
import static dev.sluice.dispatcher.decide.SampleApplication.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InspectionOrderTest {

  @Test
  void dependenciesPrecedeTheirDependents() {
    assertThat(order(one("a", "c", "b"), one("b", "d"), one("c"), one("d", "c")))
        .containsExactly("c", "d", "b", "a");
  }

  @Test
  void applicationsWithoutDependenciesKeepTheirOrder() {
    assertThat(order(one("b"), one("a"), one("c", "elsewhere"))).containsExactly("b", "a", "c");
  }

  @Test
  void aCycleLosesNobody() {
    assertThat(order(one("a", "b"), one("b", "a"))).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aLongChainIsOrdered() {
    List<Inspection> chain =
        IntStream.range(0, 10_000).mapToObj(i -> one("a" + i, "a" + (i + 1))).toList();

    assertThat(InspectionOrder.of(chain))
        .first()
        .extracting(inspection -> inspection.state().application().value())
        .isEqualTo("a9999");
  }

  private static List<String> order(Inspection... inspections) {
    return InspectionOrder.of(List.of(inspections)).stream()
        .map(inspection -> inspection.state().application().value())
        .toList();
  }

  private static Inspection one(String name, String... dependencies) {
    Definition definition =
        define(new ApplicationName(name), List.of(source(MAIN, name)), ONE)
            .withDependencies(
                Stream.of(dependencies)
                    .map(
                        dependency ->
                            new Dependency(
                                new ApplicationName(dependency),
                                Optional.empty(),
                                Dependency.Until.HEALTHY))
                    .toList());
    return new Inspection(
        defined(definition), definition, List.of(), "test", PossibleObjects.none());
  }
}
