package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.function.Function;

/** Requests to a repository's remote, with its credentials. */
final class RemoteRequests {

  /** A request to a remote. */
  interface Call<T> {
    T with(Optional<Remote.Login> login) throws IOException, URISyntaxException;
  }

  private final RepositoryId repository;
  private final Logins logins;

  RemoteRequests(RepositoryId repository, Logins logins) {
    this.repository = repository;
    this.logins = logins;
  }

  /**
   * Makes a request.
   *
   * @param failed makes the answer of a failure
   */
  <T> T make(Remote remote, Call<T> call, Function<FetchOutcome.Failed, T> failed) {
    Logins.Used used = Logins.Used.NONE;
    try {
      used = logins.read(remote);
      T answer = call.with(used.login());
      logins.accepted(remote, used);
      return answer;
    } catch (GithubApi.RefusedException e) {
      return failed.apply(RemoteFailures.noToken(repository, e));
    } catch (IllegalStateException e) {
      return failed.apply(RemoteFailures.unreadable(repository, e));
    } catch (IOException | URISyntaxException | RuntimeException e) {
      FetchOutcome.Failed failure =
          RemoteFailures.classify(
              repository,
              ObjectFormats.explained(TlsProbe.explained(e, remote), remote, used.login()),
              remote,
              used.login(),
              logins.history(remote, used));
      if (failure.code() != SourceFailure.FORGE_UNREACHABLE) {
        logins.refused(remote);
      }
      return failed.apply(failure);
    }
  }
}
