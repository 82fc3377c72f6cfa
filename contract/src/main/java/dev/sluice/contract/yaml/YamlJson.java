package dev.sluice.contract.yaml;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON that a YAML 1.1 reader reads as a JSON reader does. The API server reads the body of an
 * apply, and kustomize a file of JSON, by YAML, which folds some characters and refuses others
 * (YAML 1.1, sections 5.1 and 5.4).
 */
public final class YamlJson {

  /** The longest name whose quoted and escaped form YAML reads as a key without a mark: 1024. */
  private static final int LONGEST_NAME = (1024 - 2) / 6;

  private static final ObjectWriter WRITER = Json.mapper().writer(new Escapes());
  private static final ObjectWriter MARKING_WRITER = WRITER.with(new MarkedKeys());

  private YamlJson() {}

  /** Returns the text of a tree. */
  public static String of(JsonNode tree) {
    try {
      return (hasLongName(tree) ? MARKING_WRITER : WRITER).writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a JSON tree", e);
    }
  }

  private static boolean hasLongName(JsonNode node) {
    for (var field : node.properties()) {
      if (field.getKey().length() > LONGEST_NAME) {
        return true;
      }
    }
    for (JsonNode child : node) {
      if (child.isContainerNode() && hasLongName(child)) {
        return true;
      }
    }
    return false;
  }

  /** Escapes of DEL, C1 controls with NEL, line separators, byte order marks, noncharacters. */
  private static final class Escapes extends CharacterEscapes {

    private static final long serialVersionUID = 1L;
    private static final char DELETE = 0x7f;
    private static final char LAST_CONTROL = 0x9f;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes[DELETE] = ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      boolean escaped =
          (character >= DELETE && character <= LAST_CONTROL)
              || character == 0x2028
              || character == 0x2029
              || character == 0xfeff
              || character == 0xfffe
              || character == 0xffff;
      return escaped ? new SerializedString("\\u%04x".formatted(character)) : null;
    }
  }

  /** Marks every key with {@code ?}, which is YAML but not JSON. */
  private static final class MarkedKeys extends MinimalPrettyPrinter {

    private static final long serialVersionUID = 1L;

    @Override
    public void beforeObjectEntries(JsonGenerator out) throws IOException {
      out.writeRaw("? ");
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator out) throws IOException {
      out.writeRaw(",? ");
    }
  }
}
