package dev.sluice.api.http;

import dev.sluice.contract.failure.FailureCode;
import java.util.List;

/**
 * Failure code, as docs/failure-codes.md has it.
 *
 * @param meaning the fault, in one sentence
 * @param remedy the action that a user can take
 */
record FailureCodeView(String code, String meaning, String remedy) {

  static List<FailureCodeView> all() {
    return FailureCode.known()
        .map(
            code ->
                new FailureCodeView(
                    code.value(), code.explanation().meaning(), code.explanation().remedy()))
        .distinct()
        .toList();
  }
}
