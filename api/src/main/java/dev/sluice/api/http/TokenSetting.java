package dev.sluice.api.http;

import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.config.KeyValues;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Configured API token. The token is given by reference, never by value. */
record TokenSetting(Principal principal, SecretReference secret) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}");
  static final Pattern GLOB = Pattern.compile("[a-z0-9*?-]{1,63}");

  static TokenSetting parse(String text) {
    KeyValues values =
        KeyValues.parse(
            "api-token", text, Set.of("name", "secret", "role", "application", "cluster"));
    String name = values.get("name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("expected name= at most 63 letters, digits and . _ @ -");
    }
    Scope scope = new Scope(values.all("application"), values.all("cluster"));
    List.of(scope.applications(), scope.clusters())
        .forEach(
            globs ->
                globs.forEach(
                    glob -> {
                      if (!GLOB.matcher(glob).matches()) {
                        throw new IllegalArgumentException(
                            "'%s' is not a name with * and ?".formatted(glob));
                      }
                    }));
    return new TokenSetting(
        new Principal(name, Role.parse(values.get("role")), scope),
        new SecretReference(values.get("secret")));
  }
}
