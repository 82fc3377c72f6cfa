package dev.sluice.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the W3C recommendation Trace Context, section 3.2. */
class TraceParentTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String HEADER = "00-" + TRACE + "-00f067aa0ba902b7-01";

  @Test
  void parsesAHeader() {
    assertThat(TraceParent.parse(HEADER).orElseThrow()).hasToString(HEADER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-000f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      })
  void ignoresMalformedHeaders(String header) {
    assertThat(TraceParent.parse(header)).isEmpty();
  }

  @Test
  void aChildHasTheSameTrace() {
    TraceParent parent = TraceParent.parse(HEADER).orElseThrow();
    assertThat(parent.child().value()).matches("00-" + TRACE + "-[0-9a-f]{16}-01");
    assertThat(parent.child()).isNotEqualTo(parent);
    assertThat(TraceParent.parse(TraceParent.start().value())).isPresent();
  }
}
