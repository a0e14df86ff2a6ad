package dev.ooh.integration.signature;

import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Jar;
import aQute.bnd.service.diff.Tree;
import aQute.bnd.service.diff.Type;
import dev.ooh.integration.bundles.BundleFolder;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.stream.Collectors;

/**
 * What our bundles export, as bnd sees it: a line for each package with its version, each type, and
 * each member, with what qualifies it at its end.
 */
final class ApiSignature {
  private static final String OURS = "dev.ooh.";

  /** Wraps other projects' packages, whose versions say all. */
  private static final Set<String> WRAPPERS = Set.of("dev.ooh.prometheus-client");

  private static final Set<Type> LINES =
      Set.of(
          Type.PACKAGE,
          Type.CLASS,
          Type.INTERFACE,
          Type.ANNOTATION,
          Type.ENUM,
          Type.METHOD,
          Type.FIELD);

  /** What every class inherits from the JDK differs between JDKs. */
  private static final Set<String> INHERITED =
      inherited(Object.class, Throwable.class, Enum.class, Record.class);

  private ApiSignature() {}

  /** The lines of docs/api-signature.txt, indented by depth. */
  static List<String> ofTheBundleFolder() throws Exception {
    TreeMap<String, List<String>> packages = new TreeMap<>();
    for (Path file : BundleFolder.jars()) {
      try (Jar jar = new Jar(file.toFile())) {
        Attributes headers = jar.getManifest().getMainAttributes();
        String name = String.valueOf(headers.getValue("Bundle-SymbolicName"));
        if (name.startsWith(OURS) && !WRAPPERS.contains(name)) {
          Tree api = new DiffPluginImpl().tree(jar).get("<api>");
          for (Tree exported : api == null ? new Tree[0] : api.getChildren()) {
            if (exported.getType() == Type.PACKAGE) {
              List<String> lines = new ArrayList<>();
              print(exported, 0, lines);
              packages.put(exported.getName(), lines);
            }
          }
        }
      }
    }
    return packages.values().stream().flatMap(List::stream).toList();
  }

  private static void print(Tree element, int depth, List<String> lines) {
    String qualifiers =
        Arrays.stream(element.getChildren())
            .filter(child -> !LINES.contains(child.getType()))
            .filter(child -> child.getType() != Type.ANNOTATED)
            .map(ApiSignature::text)
            .sorted()
            .collect(Collectors.joining("; ", " : ", ""));
    lines.add("  ".repeat(depth) + text(element) + (qualifiers.length() > 3 ? qualifiers : ""));
    Arrays.stream(element.getChildren())
        .filter(child -> LINES.contains(child.getType()))
        .filter(child -> !INHERITED.contains(child.getName()))
        .sorted(Comparator.comparing(ApiSignature::text))
        .forEach(child -> print(child, depth + 1, lines));
  }

  private static String text(Tree element) {
    return element.getType().toString().toLowerCase(Locale.ROOT) + " " + element.getName();
  }

  private static Set<String> inherited(Class<?>... types) {
    Set<String> signatures = new HashSet<>();
    for (Class<?> type : types) {
      for (Method method : type.getDeclaredMethods()) {
        signatures.add(
            method.getName()
                + Arrays.stream(method.getParameterTypes())
                    .map(Class::getTypeName)
                    .collect(Collectors.joining(",", "(", ")")));
      }
    }
    return signatures;
  }
}
