package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.generate.GeneratorException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Generated applications by whether their names are unique. Of two with the same name, none comes
 * into force; one with a name that is taken does not, either.
 *
 * @param unique those with names of their own
 * @param refused names that are generated twice
 * @param collisions by set, its problems
 */
record GeneratedNames(
    List<GeneratedDocument> unique,
    Set<ApplicationName> refused,
    Map<ApplicationSetDocument, List<GeneratorException>> collisions) {

  /**
   * Compares the names of generated applications.
   *
   * @param taken by the name of an application that others define, by what
   */
  static GeneratedNames of(List<GeneratedDocument> generated, Map<ApplicationName, String> taken) {
    Map<ApplicationName, List<GeneratedDocument>> byName = new LinkedHashMap<>();
    generated.forEach(one -> byName.computeIfAbsent(one.name(), _ -> new ArrayList<>()).add(one));
    GeneratedNames names =
        new GeneratedNames(new ArrayList<>(), new HashSet<>(), new LinkedHashMap<>());
    byName.forEach(
        (name, same) -> {
          GeneratedDocument first = same.getFirst();
          String other = taken.get(name);
          if (other != null) {
            same.forEach(one -> names.collide(one, "and by " + other));
          } else if (same.size() > 1) {
            names.refused.add(name);
            names.collide(same.get(1), "and " + described(first));
            if (!same.get(1).set().name().equals(first.set().name())) {
              names.collide(first, "and " + described(same.get(1)));
            }
          } else {
            names.unique.add(first);
          }
        });
    return names;
  }

  private static String described(GeneratedDocument one) {
    return "for %s by ApplicationSet '%s'".formatted(one.element().origin(), one.set().name());
  }

  private void collide(GeneratedDocument one, String other) {
    collisions
        .computeIfAbsent(one.set(), _ -> new ArrayList<>())
        .add(
            new GeneratorException(
                GeneratedDocument.NAME,
                "Application '%s' is defined for %s %s"
                    .formatted(one.name(), one.element().origin(), other)));
  }
}
