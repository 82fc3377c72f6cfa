package dev.sluice.contract.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelOptionalLibrary;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition over an object of Kubernetes, in the Common Expression Language (cel.dev). The
 * object's fields are variables, as in Flux: {@code status.phase == 'Running'}; {@code self} is the
 * whole object.
 *
 * <p>An evaluation is limited: in the length of the expression and of texts, in iterations, steps
 * and time. The functions that build long texts ({@code replace}, {@code join}, {@code format}) do
 * not exist. Expressions are compiled once; the library is loaded with the first one.
 */
public final class CelExpression {

  private static final int LONGEST = 4_096;
  private static final int MOST_ITERATIONS = 1_000;
  private static final int MOST_STEPS = 100_000;
  private static final int DEEPEST = 50;
  private static final int MOST_COMPILED = 1_000;
  private static final Duration LONGEST_TIME = Duration.ofSeconds(1);

  private static final Map<String, CelExpression> COMPILED = new ConcurrentHashMap<>();

  private static final Pattern ERROR =
      Pattern.compile("ERROR: <input>:(\\d+):(\\d+): (.*?)( \\(in container ''\\))?");

  private static final Pattern OFFSET = Pattern.compile("<input>:(\\d+)");

  private final CelRuntime.Program program;

  private CelExpression(CelRuntime.Program program) {
    this.program = program;
  }

  /** Returns the compiled expression. */
  public static CelExpression of(String text) throws CelSyntaxException {
    CelExpression known = COMPILED.get(text);
    if (known != null) {
      return known;
    }
    CelExpression compiled = compile(text);
    if (COMPILED.size() >= MOST_COMPILED) {
      COMPILED.clear();
    }
    COMPILED.put(text, compiled);
    return compiled;
  }

  /** Evaluates the expression for an object; never throws. */
  public CelResult evaluate(JsonNode object) {
    return evaluate(object, LONGEST_TIME);
  }

  CelResult evaluate(JsonNode object, Duration limit) {
    Budget budget = new Budget(MOST_STEPS, limit);
    try {
      Object value = program.trace(CelValues.variables(object), (_, _) -> budget.spend());
      return value instanceof Boolean isTrue
          ? new CelResult.Holds(isTrue)
          : new CelResult.Failed("the result is not true or false");
    } catch (CelEvaluationException e) {
      return failure(e, budget);
    } catch (RuntimeException e) {
      return new CelResult.Failed("an internal error: " + e.getClass().getSimpleName());
    }
  }

  /** The messages of the library are not used, since they may have contents of the object. */
  private static CelResult failure(CelEvaluationException e, Budget budget) {
    if (budget.isSpent()) {
      return new CelResult.Failed("it takes too long for this object");
    }
    Matcher offset = OFFSET.matcher(String.valueOf(e.getMessage()));
    String place =
        offset.find() ? " at character %d".formatted(Integer.parseInt(offset.group(1)) + 1) : "";
    if (e.getErrorCode() == CelErrorCode.ATTRIBUTE_NOT_FOUND) {
      return new CelResult.MissingField("the object has no such field" + place);
    }
    String code = e.getErrorCode().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return new CelResult.Failed(code + place);
  }

  private static CelExpression compile(String text) throws CelSyntaxException {
    try {
      CelAbstractSyntaxTree tree = Library.COMPILER.compile(text).getAst();
      return new CelExpression(Library.RUNTIME.createProgram(tree));
    } catch (CelValidationException e) {
      throw error(String.valueOf(e.getMessage()));
    } catch (CelEvaluationException | RuntimeException e) {
      throw new CelSyntaxException(String.valueOf(e.getMessage()), 1, 1);
    }
  }

  private static CelSyntaxException error(String message) {
    String first = message.lines().findFirst().orElse(message);
    Matcher error = ERROR.matcher(first);
    return error.matches()
        ? new CelSyntaxException(
            error.group(3), Integer.parseInt(error.group(1)), Integer.parseInt(error.group(2)))
        : new CelSyntaxException(first, 1, 1);
  }

  /** The library's parts, which are loaded when the first expression is compiled. */
  private static final class Library {

    private static final CelOptions OPTIONS =
        CelOptions.current()
            .maxExpressionCodePointSize(LONGEST)
            .maxParseRecursionDepth(DEEPEST)
            .comprehensionMaxIterations(MOST_ITERATIONS)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    private static final CelOptionalLibrary OPTIONALS = CelExtensions.optional();

    private static final CelStringExtensions TEXTS =
        CelExtensions.strings(
            CelStringExtensions.Function.CHAR_AT,
            CelStringExtensions.Function.INDEX_OF,
            CelStringExtensions.Function.LAST_INDEX_OF,
            CelStringExtensions.Function.LOWER_ASCII,
            CelStringExtensions.Function.SPLIT,
            CelStringExtensions.Function.SUBSTRING,
            CelStringExtensions.Function.TRIM,
            CelStringExtensions.Function.UPPER_ASCII);

    private static final CelCompiler COMPILER = compiler();

    private static final CelRuntime RUNTIME =
        CelRuntimeFactory.plannerRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(OPTIONALS, TEXTS)
            .build();

    private static CelCompiler compiler() {
      CelCompilerBuilder builder =
          CelCompilerFactory.standardCelCompilerBuilder()
              .setOptions(OPTIONS)
              .setStandardMacros(CelStandardMacro.values())
              .addLibraries(OPTIONALS, TEXTS)
              .setResultType(SimpleType.BOOL);
      CelValues.VARIABLES.forEach(name -> builder.addVar(name, SimpleType.DYN));
      return builder.build();
    }
  }
}
