package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.worker.helm.ChartArchives;
import dev.sluice.worker.sandbox.RenderException;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The functions of templates whose results differ at each rendering: random values, keys,
 * certificates, salted hashes, the time, and the unsorted keys of a mapping.
 *
 * @see <a href="https://helm.sh/docs/chart_template_guide/function_list/">helm: functions of
 *     templates</a>
 */
final class Generators {

  private static final Pattern FUNCTION =
      Pattern.compile(
          "\\b(rand(AlphaNum|Alpha|Numeric|Ascii|Bytes|Int)|uuidv4|genPrivateKey"
              + "|gen(CA|SelfSignedCert|SignedCert)(WithKey)?|htpasswd|bcrypt|encryptAES)\\b"
              + "|[({|=]-?\\s*(now|ago|shuffle|keys|values)\\b"
              // without parameters, so it may also be an argument: {{ date "2006" now }}
              + "|\\{\\{[^{}]{0,1000}\\snow\\b");

  private Generators() {}

  /** Returns whether a template or a value of the source may call such a function. */
  static boolean mayBeIn(RenderRequest request) throws RenderException {
    HelmOptions options = request.source().options().helm();
    if (Stream.concat(options.values().stream(), options.set().values().stream())
        .anyMatch(Generators::calls)) {
      return true;
    }
    for (SourceInputs source :
        Stream.concat(Stream.of(request.source()), request.aliased().values().stream()).toList()) {
      if (mayBeIn(source.files())) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayBeIn(List<InputFile> files) throws RenderException {
    for (InputFile file : files) {
      if (switch (file) {
        case InputFile.Text text -> calls(text.text());
        case InputFile.Binary binary -> ChartArchives.isArchive(binary.path()) && calls(binary);
        case InputFile.Link _ -> false;
      }) {
        return true;
      }
    }
    return false;
  }

  private static boolean calls(InputFile.Binary archive) throws RenderException {
    return calls(ChartArchives.unpacked(archive.path(), new ByteArrayInputStream(archive.bytes())));
  }

  private static boolean calls(String text) {
    return FUNCTION.matcher(text).find();
  }
}
