package dev.sluice.receiver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.receiver.authenticity.GitlabToken;
import dev.sluice.receiver.authenticity.StandardWebhooksSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveEndpointTest {

  @TempDir private Path directory;

  @Test
  void requiresTheSignatureOnceASigningTokenIsConfigured() throws IOException {
    String token = secret("token", "a token");
    String signing = secret("signing", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    assertThat(live("name=a,forge=gitlab,secret=" + token).authenticator())
        .isInstanceOf(GitlabToken.class);
    assertThat(
            live("name=a,forge=gitlab,secret=" + token + ",signing-secret=" + signing)
                .authenticator())
        .isInstanceOf(StandardWebhooksSignature.class);
  }

  @Test
  void reportsEveryProblemAndNoSecret() throws IOException {
    List<Endpoint> endpoints =
        List.of(
            Endpoint.parse("name=a,forge=github,secret=" + secret("empty", "\n")),
            Endpoint.parse("name=b,forge=github,secret=" + secret("blank", " \t")),
            Endpoint.parse("name=b,forge=github,secret=env:SLUICE_NO_SUCH_VARIABLE"),
            Endpoint.parse("name=c,forge=gitlab,signing-secret=" + secret("plain", "hunter2")));

    assertThatThrownBy(() -> LiveEndpoint.resolve(endpoints, Clock.systemUTC()))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .extracting(problem -> problem.where() + ": " + problem.expectation())
                    .satisfiesExactlyInAnyOrder(
                        p -> assertThat(p).contains("endpoint a", "empty"),
                        p -> assertThat(p).contains("endpoint b", "blank"),
                        p -> assertThat(p).contains("endpoint b", "variable not set"),
                        p -> assertThat(p).contains("endpoint b", "used twice"),
                        p -> assertThat(p).contains("endpoint c", "whsec_")))
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void usesTheForgesOwnHostByDefault() {
    assertThat(Endpoint.parse("name=a,forge=github,secret=env:X").address())
        .hasToString("github.com");
    assertThat(Endpoint.parse("name=a,forge=gitlab,host=Git.Example.com,secret=env:X").address())
        .hasToString("git.example.com");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      value = {
        "name=a,forge=github | at least one secret",
        "name=A/b,forge=github,secret=env:X | DNS label",
        "name=a,forge=github,host=a b,secret=env:X | host name",
        "name=a,forge=gitea,secret=env:X | needs host=",
        "name=a,forge=github,secret=env:X,signing-secret=env:Y | GitLab's",
        "name=a,forge=svn,secret=env:X | forge=github|gitlab|gitea|forgejo|gogs|bitbucket-cloud",
        "name=a,forge=github,secret=plain | by reference",
        "forge=github,secret=env:X | needs name",
      })
  void refusesInvalidEndpoints(String text, String expectation) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expectation);
  }

  private LiveEndpoint live(String endpoint) {
    return LiveEndpoint.resolve(List.of(Endpoint.parse(endpoint)), Clock.systemUTC()).get("a");
  }

  private String secret(String name, String value) throws IOException {
    return "file:" + Files.writeString(directory.resolve(name), value);
  }
}
