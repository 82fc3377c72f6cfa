package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.http.Sessions.Session;
import dev.sluice.api.readmodel.Scope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private static final Principal JO = new Principal("jo", Role.OPERATOR, Scope.ALL);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Sessions sessions =
      new Sessions(
          new Clock() {
            @Override
            public Instant instant() {
              return now.get();
            }

            @Override
            public ZoneOffset getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }
          });

  @Test
  void aSessionEndsAfterItsTime() {
    String secret = sessions.open(JO);
    now.updateAndGet(time -> time.plus(Sessions.LIFETIME).minusMillis(1));

    assertThat(sessions.find(secret).map(Session::principal)).contains(JO);
    now.updateAndGet(time -> time.plus(Duration.ofMillis(1)));
    assertThat(sessions.find(secret)).isEmpty();
  }

  @Test
  void anEndedSessionIsUnknown() {
    String secret = sessions.open(JO);

    sessions.end(secret);

    assertThat(sessions.find(secret)).isEmpty();
  }

  @Test
  void theOldestSessionOfATokenEndsAndNoOther() {
    String other = sessions.open(new Principal("ann", Role.ADMIN, Scope.ALL));
    String first = sessions.open(JO);
    String second = sessions.open(JO);
    for (int i = 2; i <= Sessions.MAX_EACH; i++) {
      sessions.open(JO);
    }

    assertThat(sessions.find(other)).isPresent();
    assertThat(sessions.find(first)).isEmpty();
    assertThat(sessions.find(second)).isPresent();
  }

  @Test
  void theOldestSessionEndsWhenThereAreTooMany() {
    String first = sessions.open(JO);
    String second = sessions.open(new Principal("ann", Role.ADMIN, Scope.ALL));
    for (int i = 2; i <= Sessions.MAX; i++) {
      sessions.open(new Principal("user-" + i, Role.VIEWER, Scope.ALL));
    }

    assertThat(sessions.find(first)).isEmpty();
    assertThat(sessions.find(second)).isPresent();
  }

  @Test
  void onlyItsOwnProofProvesASession() {
    Session one = sessions.find(sessions.open(JO)).orElseThrow();
    Session other = sessions.find(sessions.open(JO)).orElseThrow();

    assertThat(one.isProvenBy(Optional.of(one.proof()))).isTrue();
    assertThat(one.isProvenBy(Optional.of(other.proof()))).isFalse();
    assertThat(one.isProvenBy(Optional.empty())).isFalse();
  }
}
