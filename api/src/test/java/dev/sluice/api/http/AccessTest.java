package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens, roles and scopes: who may do what. */
class AccessTest {

  private static final String TOKEN = "0123456789abcdef";
  private static final Optional<String> ANY_HOST = Optional.of("sluice.example.com");

  @TempDir private Path directory;

  @Test
  void aTokenIsThePrincipalItBelongsTo() throws Exception {
    Access access =
        Access.resolve(List.of(token("viewer", TOKEN), token("operator", "another-long-token")));

    Principal principal = access.authenticate("Bearer another-long-token", ANY_HOST);

    assertThat(principal.name()).isEqualTo("ada-operator");
    assertThat(principal.role()).isEqualTo(Role.OPERATOR);
    assertThat(access.authenticate("bearer  " + TOKEN + " ", Optional.empty()).role())
        .as("RFC 6750: the scheme's case does not matter")
        .isEqualTo(Role.VIEWER);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer 0123456789abcde",
        "Basic 0123456789abcdef",
        "0123456789abcdef",
        "Bearer 0123456789ABCDEF"
      })
  void anyOtherCredentialIsRefused(@Nullable String authorization) throws Exception {
    Access access = Access.resolve(List.of(token("admin", TOKEN)));

    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> access.authenticate(authorization, Optional.of("localhost")));

    assertThat(problem.status()).isEqualTo(401);
    assertThat(problem).hasMessageContaining("Authorization: Bearer TOKEN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"})
  void withoutTokensEveryoneOnThisMachineIsAdmin(String host) {
    assertThat(Access.resolve(List.of()).authenticate(null, Optional.of(host)))
        .isEqualTo(new Principal("local", Role.ADMIN, Scope.ALL));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "sluice.example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "127.example.com",
        "10.0.0.1",
        "[::2]",
        "",
        "xlocalhost"
      })
  void withoutTokensARequestThatNamesAnotherHostIsRefused(@Nullable String host) {
    Problem problem =
        catchThrowableOfType(
            Problem.class,
            () -> Access.resolve(List.of()).authenticate(null, Optional.ofNullable(host)));

    assertThat(problem.status()).isEqualTo(403);
  }

  @Test
  void everyShortOrMissingTokenIsReportedAndNoneIsShown() throws Exception {
    TokenSetting tooShort = token("viewer", "only-15-letters");
    TokenSetting missing =
        TokenSetting.parse("name=ada,role=viewer,secret=file:" + directory.resolve("none"));

    assertThatThrownBy(() -> Access.resolve(List.of(tooShort, token("admin", TOKEN), missing)))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e -> {
              assertThat(e.problems()).hasSize(2);
              assertThat(e)
                  .hasMessageContaining("shorter than 16 characters")
                  .hasMessageContaining("there is no secret at")
                  .hasMessageNotContaining("only-15-letters");
            });
  }

  @Test
  void aTokenMayBeRestrictedToPartOfTheFleet() {
    TokenSetting token =
        TokenSetting.parse(
            "name=team-a@example.com, role=operator, secret=env:T,application=a-*,application=shop,"
                + "cluster=prod-?");

    assertThat(token.principal().scope())
        .isEqualTo(new Scope(List.of("a-*", "shop"), List.of("prod-?")));
    assertThat(TokenSetting.parse("name=x,role=admin,secret=env:T").principal().scope())
        .isEqualTo(Scope.ALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "role=viewer,secret=env:T",
        "name=ada,secret=env:T",
        "name=ada,role=viewer",
        "name=ada,role=root,secret=env:T",
        "name=ada,role=VIEWER,secret=env:T",
        "name=ada,role=viewer,secret=0123456789abcdef",
        "name=a b,role=viewer,secret=env:T",
        "name=,role=viewer,secret=env:T",
        "name=ada,role=viewer,secret=env:T,application=a/*",
        "name=ada,role=viewer,secret=env:T,cluster=[ab]",
        "name=ada,role=viewer,secret=env:T,cluster=",
        "name=ada,role=viewer,secret=env:T,scope=all",
        "ada"
      })
  void anInvalidTokenSettingIsRefused(String text) {
    assertThatThrownBy(() -> TokenSetting.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("0123456789abcdef");
  }

  static Stream<Command> operatorsCommands() {
    return Stream.of(
        new Command.Reevaluate(),
        new Command.Resync(),
        new Command.Restore(new CommitId("a".repeat(40))),
        new Command.Resend(Generation.FIRST, Optional.empty()),
        new Command.Rebuild(),
        new Command.Suspend(),
        new Command.Resume(),
        new Command.Release(),
        new Command.Discard(new DeadLetterId("one/web/source")));
  }

  @ParameterizedTest
  @MethodSource("operatorsCommands")
  void operatorsAndAdminsGiveCommandsAndViewersDoNot(Command command) {
    assertThat(Stream.of(Role.values()).filter(role -> role.includes(Role.requiredFor(command))))
        .containsExactly(Role.OPERATOR, Role.ADMIN);
  }

  @Test
  void onlyAdminsApproveDeletions() {
    Role required =
        Role.requiredFor(new Command.Approve(new Generation(1), Optional.of("f".repeat(64))));

    assertThat(Stream.of(Role.values()).filter(role -> role.includes(required)))
        .containsExactly(Role.ADMIN);
  }

  @Test
  void onlyAdminsIgnoreMaintenanceWindows() {
    Role required = Role.requiredFor(new Command.Release(Optional.of(true)));

    assertThat(Stream.of(Role.values()).filter(role -> role.includes(required)))
        .containsExactly(Role.ADMIN);
  }

  @Test
  void aScopeMatchesWholeNames() {
    Scope scope = new Scope(List.of("web-*", "shop"), List.of("prod-?"));

    assertThat(Stream.of("web-1", "web-", "shop").allMatch(scope::includesApplication)).isTrue();
    assertThat(
            Stream.of("web", "my-web-1", "shop2", "eshop", "").anyMatch(scope::includesApplication))
        .isFalse();
    assertThat(scope.includesCluster("prod-1")).isTrue();
    assertThat(Stream.of("prod-", "prod-12", "test-1").anyMatch(scope::includesCluster)).isFalse();
    assertThat(Scope.ALL.includesApplication("any") && Scope.ALL.includesCluster("any")).isTrue();
  }

  private TokenSetting token(String role, String secret) throws Exception {
    Path file = Files.writeString(directory.resolve(role), secret + "\n");
    return TokenSetting.parse("name=ada-%s,role=%s,secret=file:%s".formatted(role, role, file));
  }
}
