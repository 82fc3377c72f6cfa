package dev.sluice.contract.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.GroupKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of a project's bounds. */
final class ProjectPatternsTest {

  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "shop, shop, true",
    "shop, shop-2, false",
    "shop, my-shop, false",
    "shop-*, shop-, true",
    "shop-*, shop, false",
    "sho?, shop, true",
    "sho?, sho, false",
    "*-shop-*, a-shop-b-shop-c, true",
    "a*b*c, abcabd, false",
    "forge.example/acme/*, forge.example/acme/team/app, true",
    "forge.example/acme/*, forgeXexample/acme/app, false",
    "Shop, shop, false",
    "shop**, shop, true",
  })
  void matchesWholeNames(String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  void takesTimeInProportion() {
    assertThat(new NamePattern("*a".repeat(200) + "b").matches("a".repeat(5_000))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "*, ConfigMap, x, true",
    "*, Deployment.apps, x, true",
    "ConfigMap, ConfigMap, x, true",
    "ConfigMap, ConfigMap.example.org, x, false",
    "Config*, ConfigMap.example.org, x, false",
    "*.apps, Deployment.apps, x, true",
    "*.apps, Pod, x, false",
    "*.*, Pod, x, true",
    "*.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io, x, true",
    "Namespace/shop-*, Namespace, shop-a, true",
    "Namespace/shop-*, Namespace, kube-system, false",
    "ClusterRole.rbac.authorization.k8s.io/a, ClusterRole.rbac.authorization.k8s.io, a, true",
  })
  void matchesKinds(String pattern, String kind, String name, boolean matches) {
    KindPattern parsed = KindPattern.parse(pattern);

    assertThat(parsed.matches(GroupKind.parse(kind), name)).isEqualTo(matches);
    assertThat(KindPattern.parse(parsed.toString())).isEqualTo(parsed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".apps", "Deployment.", "/a", "Namespace/", "A B"})
  void refusesPatternsWithoutAKind(String pattern) {
    assertThatThrownBy(() -> KindPattern.parse(pattern))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
