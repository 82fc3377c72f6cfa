package dev.sluice.standalone.init;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.Deadline;
import dev.sluice.standalone.init.DeliveryState.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits until a delivery of a repository's webhook arrives, and says what arrived meanwhile. */
final class DeliveryCheck {

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration RECENT = Duration.ofHours(1);
  private static final int MAX_UNFOLLOWED = 100;

  private final Api api;
  private final RepositoryId repository;
  private final InstantSource clock;
  private final Consumer<String> messages;
  private String said = "";

  /**
   * Creates a check.
   *
   * @param messages takes what is awaited, whenever that changes
   */
  DeliveryCheck(Api api, RepositoryId repository, InstantSource clock, Consumer<String> messages) {
    this.api = api;
    this.repository = repository;
    this.clock = clock;
    this.messages = messages;
  }

  /**
   * Waits for a delivery, also for the API to be started; returns what arrived.
   *
   * @throws ExitException if a delivery is refused, or nothing arrives in time
   */
  String await(Duration limit) {
    Instant start = clock.instant();
    Deadline end = Deadline.in(limit);
    while (true) {
      Verdict verdict = verdict(start);
      switch (verdict) {
        case Verdict.Arrived arrived -> {
          return arrived.text();
        }
        case Verdict.Wrong wrong -> throw new ExitException(1, wrong.text());
        case Verdict.NotYet missing -> {
          if (end.isOver()) {
            throw late(missing.text());
          }
          say(missing.text());
        }
      }
      Duration left = end.left();
      Deadline.pause(left.compareTo(PAUSE) < 0 ? left : PAUSE, "interrupted");
    }
  }

  private ExitException late(String missing) {
    return new ExitException(
        ExitException.TIMED_OUT,
        "no push webhook of %s has arrived in time: %s; check at the server that it sends pushes to this endpoint and reaches it (docs/forges.md), and what the page of the webhook shows about its deliveries"
            .formatted(repository, missing));
  }

  private void say(String text) {
    String timeless = text.replaceAll("\\d+ (s|min|h) ago", "");
    if (!timeless.equals(said)) {
      messages.accept("waiting: " + text);
      said = timeless;
    }
  }

  private Verdict verdict(Instant start) {
    try {
      api.renew();
      JsonNode status = api.get("/api/v1/status", new Query());
      Optional<String> followed = followed();
      if (followed.isEmpty()) {
        return new Verdict.NotYet("the fleet has no repository " + repository);
      }
      List<JsonNode> deliveries =
          api.all("/api/v1/deliveries", new Query().with("repository", followed), 1);
      List<JsonNode> unfollowed =
          api.all(
              "/api/v1/deliveries",
              new Query()
                  .with("followed", Optional.of("false"))
                  .with("since", Optional.of(start.minus(RECENT).truncatedTo(ChronoUnit.SECONDS))),
              MAX_UNFOLLOWED);
      return new DeliveryState(followed.get(), status, deliveries, unfollowed)
          .judge(start, clock.instant());
    } catch (ExitException e) {
      if (e.code() == ExitException.UNREACHABLE || e.code() == ExitException.NO_ANSWER) {
        return new Verdict.NotYet(String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  /** Returns the fleet's name for the repository, which may differ by case. */
  private Optional<String> followed() {
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE).stream()
        .map(one -> one.path("repository").asText())
        .filter(name -> name.equalsIgnoreCase(repository.value()))
        .findFirst();
  }
}
