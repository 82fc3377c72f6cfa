package dev.sluice.receiver.authenticity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GitlabTokenTest {

  private final GitlabToken token =
      new GitlabToken(List.of("old".getBytes(UTF_8), "schlüssel".getBytes(UTF_8)));

  @Test
  void acceptsEveryLiveToken() {
    assertThat(accepts("old")).isTrue();
    assertThat(accepts(new String("schlüssel".getBytes(UTF_8), ISO_8859_1))).isTrue();
  }

  @Test
  void refusesAnythingElse() {
    assertThat(accepts("")).isFalse();
    assertThat(accepts("ol")).isFalse();
    assertThat(accepts("olds")).isFalse();
    assertThat(token.begin(RequestHeaders.of(List.of()))).isEmpty();
  }

  @Test
  void needsATokenThatIsNotEmpty() {
    assertThatThrownBy(() -> new GitlabToken(List.of(new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private boolean accepts(String value) {
    return token
        .begin(RequestHeaders.of(List.of(Map.entry("X-Gitlab-Token", value))))
        .map(check -> check.accepts(new byte[] {1}))
        .orElse(false);
  }
}
