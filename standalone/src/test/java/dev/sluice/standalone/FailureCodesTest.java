package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/failure-codes.md matches the codes. {@code -Dsluice.write-docs=true} generates it. Failures
 * have no other codes, since their type allows none.
 */
class FailureCodesTest {

  private static final Path PAGE = Path.of("../docs/failure-codes.md");

  @Test
  void thePageMatchesTheCodes() throws IOException {
    GeneratedPage.assertMatches(PAGE, generate());
  }

  @Test
  void codesAreUnique() {
    List<String> values = FailureCode.known().map(FailureCode::value).toList();

    assertThat(values).doesNotHaveDuplicates();
    assertThat(FailureCode.known())
        .allSatisfy(code -> assertThat(FailureCode.of(code.value())).isSameAs(code));
  }

  private static String generate() {
    return """
        # Failure codes

        Generated from the code. A failure has a `code`, which is stable, and a `message`, which says what went wrong,
        where, and what to do. `sluice get dead-letters` shows both; events have them in `failure`, and metrics have the
        code in the label `cause`. Unless a code's text says when it is retried, the application is parked until its
        inputs change, an operator runs `sluice sync`, or what the failure's message asks for happens in the cluster. All
        other applications go on.

        ## Inputs

        The repository, its remote inputs or the fleet are at fault. The objects in the cluster stay as they are.

        %s
        ## Rendering and manifests

        The objects in the cluster stay as they are.

        %s
        ## Applying, pruning and the worker

        %s- `Status` and a number: the API server refused a request with an HTTP status that no other code covers. 408, 429
          and 5xx are retried automatically. Read the message.

        ## Parts

        Conditions of receivers, dispatchers, workers and their clusters, in heartbeats, `sluice status` and `sluice
        doctor`. Nothing is parked because of them.

        %s"""
        .formatted(
            rows(SourceFailure.values()),
            rows(RenderFailure.values()),
            rows(ApplyFailure.values()),
            rows(PartFailure.values()));
  }

  private static String rows(FailureCode[] codes) {
    TreeMap<String, String> rows = new TreeMap<>();
    Stream.of(codes)
        .forEach(
            code ->
                rows.put(
                    code.value(),
                    GeneratedPage.item(
                        "`%s`: %s %s"
                            .formatted(
                                code, code.explanation().meaning(), code.explanation().remedy()))));
    return String.join("", rows.values());
  }
}
