package dev.sluice.contract.codec;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The Javadoc comments of records, as plain text. They are the descriptions in the published
 * schemas, so that each field is described in one place.
 */
final class RecordComments {

  /** By binary name of the type. */
  private final Map<String, DocCommentTree> comments = new HashMap<>();

  private RecordComments() {}

  /** Reads the comments of all types below a source folder. */
  static RecordComments read(Path sources) {
    RecordComments read = new RecordComments();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> files = Files.walk(sources);
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<Path> java = files.filter(file -> file.toString().endsWith(".java")).toList();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(java));
      DocTrees trees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        read.add(unit, trees);
      }
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the first sentence about a type. */
  Optional<String> ofType(Class<?> type) {
    return Optional.ofNullable(comments.get(type.getName()))
        .map(comment -> sentence(text(comment.getFirstSentence())));
  }

  /** Returns what the comment of a record says about one of its components. */
  Optional<String> ofComponent(Class<?> type, String component) {
    return Optional.ofNullable(comments.get(type.getName())).stream()
        .flatMap(comment -> comment.getBlockTags().stream())
        .filter(ParamTree.class::isInstance)
        .map(ParamTree.class::cast)
        .filter(param -> param.getName().toString().equals(component))
        .map(param -> text(param.getDescription()))
        .map(text -> sentence(text.startsWith("of ") ? component + " " + text : text))
        .findFirst();
  }

  private void add(CompilationUnitTree unit, DocTrees trees) {
    new TreePathScanner<@Nullable Void, String>() {
      @Override
      public @Nullable Void visitClass(ClassTree type, String enclosing) {
        String name = enclosing + type.getSimpleName();
        @Nullable DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
        if (comment != null) {
          comments.put(name, comment);
        }
        return super.visitClass(type, name + "$");
      }
    }.scan(new TreePath(unit), unit.getPackageName() + ".");
  }

  /** Returns the text with an initial capital, and without the period of a single sentence. */
  private static String sentence(String text) {
    String stripped = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    return stripped.isEmpty()
        ? stripped
        : Character.toUpperCase(stripped.charAt(0)) + stripped.substring(1);
  }

  private static String text(List<? extends DocTree> trees) {
    return trees.stream()
        .map(RecordComments::text)
        .collect(Collectors.joining())
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static String text(DocTree tree) {
    return switch (tree) {
      case TextTree text -> text.getBody();
      case LiteralTree literal -> literal.getBody().getBody();
      case LinkTree link ->
          link.getLabel().isEmpty()
              ? link.getReference().getSignature().replaceFirst("^#", "").replace('#', '.')
              : text(link.getLabel());
      default ->
          throw new IllegalArgumentException(
              "%s cannot be written to a schema: use text, {@code} or {@link}".formatted(tree));
    };
  }
}
