package dev.sluice.worker.fields;

/** Paths of fields as people read them, such as {@code spec.containers[0].image}. */
public final class FieldPath {

  private static final int LONGEST = 500;

  private FieldPath() {}

  /** Returns the path of a field of the object at a path; the whole object's path is empty. */
  public static String field(String path, String name) {
    String own = name.matches("[A-Za-z0-9_-]+") ? name : "[\"" + name + "\"]";
    return path.isEmpty() ? own : own.startsWith("[") ? path + own : path + "." + own;
  }

  /** Returns the path of an element of the list at a path. */
  public static String element(String path, int index) {
    return "%s[%d]".formatted(path, index);
  }

  /** Returns the path, without the end of one that is too long. */
  public static String shortened(String path) {
    return path.length() <= LONGEST ? path : path.substring(0, LONGEST - 3) + "...";
  }
}
