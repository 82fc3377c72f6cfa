package dev.sluice.simulated.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  /** Returns an object with the labels {@code app=web} and {@code empty=}. */
  private static ObjectNode labelled() {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.putObject("metadata").putObject("labels").put("app", "web").put("empty", "");
    return object;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app",
        "!other",
        "app=web",
        "app == web",
        "app!=api",
        "other!=web",
        "empty=",
        "app in (api, web)",
        "app notin (api)",
        "other notin (web)",
        "app in (api,web),!other,empty"
      })
  void matches(String selector) {
    assertThat(Selector.labels(selector).test(labelled())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "other",
        "!app",
        "app=api",
        "app!=web",
        "other=",
        "app in (api)",
        "other in (web)",
        "app notin (api, web)",
        "app=web,other"
      })
  void doesNotMatch(String selector) {
    assertThat(Selector.labels(selector).test(labelled())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=b=c", "a in", "a b", "=b", "a in (b"})
  void refusesMalformedSelectors(String selector) {
    assertThatThrownBy(() -> Selector.labels(selector)).isInstanceOf(ApiException.class);
  }
}
