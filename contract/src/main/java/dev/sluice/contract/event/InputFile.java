package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A file of an input closure. Paths are relative to the repository's root, with '/'. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = InputFile.Text.class, name = "text"),
  @JsonSubTypes.Type(value = InputFile.Binary.class, name = "binary"),
  @JsonSubTypes.Type(value = InputFile.Link.class, name = "link")
})
public sealed interface InputFile {

  String path();

  /** Returns the size of the content: characters of text and links, bytes of other files. */
  default long size() {
    return switch (this) {
      case Text text -> text.text().length();
      case Binary binary -> binary.bytes().length;
      case Link link -> link.target().length();
    };
  }

  /**
   * A file whose bytes are UTF-8.
   *
   * @param path the path from the repository's root
   * @param executable whether the file has the executable mode
   * @param text the content
   */
  record Text(String path, boolean executable, String text) implements InputFile {}

  /**
   * Any other file; Base64 in JSON.
   *
   * @param path the path from the repository's root
   * @param executable whether the file has the executable mode
   * @param bytes the content
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared: digests are
  record Binary(String path, boolean executable, byte[] bytes) implements InputFile {}

  /**
   * A symbolic link that stays inside the tree.
   *
   * @param path the path from the repository's root
   * @param target the link's content, relative to its folder
   */
  record Link(String path, String target) implements InputFile {}
}
