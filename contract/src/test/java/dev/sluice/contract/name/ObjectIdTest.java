package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.event.ObjectRef;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ObjectIdTest {

  @ParameterizedTest
  @CsvSource({
    "Deployment.apps shop/web, apps, Deployment, shop, web",
    "Service shop/web, '', Service, shop, web",
    "Namespace shop, '', Namespace, '', shop",
    "Role.rbac.authorization.k8s.io shop/a:b c, rbac.authorization.k8s.io, Role, shop, a:b c",
  })
  void textsAreParsed(String text, String group, String kind, String namespace, String name) {
    ObjectId id = new ObjectId(new GroupKind(group, kind), namespace, name);

    assertThat(ObjectId.parse(text)).isEqualTo(id);
    assertThat(id).hasToString(text);
  }

  /** Names may contain everything but a slash and a percent sign. */
  @Test
  void everyIdentitySurvivesItsText() {
    Random random = new Random(12);
    for (int i = 0; i < 2_000; i++) {
      String group = random.nextBoolean() ? "" : word(random, "abz019-.");
      ObjectId id =
          new ObjectId(
              new GroupKind(group, word(random, "ABZabz09")),
              random.nextBoolean() ? "" : word(random, "abz019-"),
              word(random, "abAZ09-.: _é"));

      assertThat(ObjectId.parse(id.toString())).isEqualTo(id);
      assertThat(GroupKind.parse(id.groupKind().toString())).isEqualTo(id.groupKind());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Service",
        "Service ",
        "Service shop/",
        "Service /web",
        "Service shop/web/1",
        " shop/web",
        ".apps shop/web",
        "Deployment. shop/web"
      })
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> ObjectId.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is written Kind");
  }

  @Test
  void theVersionIsNoPartOfTheIdentity() {
    ObjectRef older = new ObjectRef("apps/v1beta1", "Deployment", "shop", "web");
    ObjectRef newer = new ObjectRef("apps/v1", "Deployment", "shop", "web");
    ObjectRef elsewhere = new ObjectRef("extensions/v1beta1", "Deployment", "shop", "web");

    assertThat(older.id()).isEqualTo(newer.id()).hasToString("Deployment.apps shop/web");
    assertThat(elsewhere.id()).isNotEqualTo(newer.id());
  }

  @Test
  void identitiesAreOrderedByGroupKindNamespaceAndName() {
    List<ObjectId> ordered =
        Stream.of("A z/z", "B a/a", "B a/b", "B b/a", "A.apps a", "B.apps a")
            .map(ObjectId::parse)
            .toList();

    assertThat(ordered.reversed().stream().sorted()).containsExactlyElementsOf(ordered);
  }

  private static String word(Random random, String alphabet) {
    return IntStream.rangeClosed(0, random.nextInt(8))
        .mapToObj(_ -> alphabet.charAt(random.nextInt(alphabet.length())))
        .map(String::valueOf)
        .collect(Collectors.joining());
  }
}
