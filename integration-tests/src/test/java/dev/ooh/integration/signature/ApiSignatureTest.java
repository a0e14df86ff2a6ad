package dev.ooh.integration.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What others compile against is written down, so that it changes only on purpose. After such a
 * change run with {@code -Dapi.write}, and give the package the version that the change asks for.
 */
class ApiSignatureTest {
  private static final Path FILE =
      Path.of(System.getProperty("ooh.top")).normalize().resolve("docs/api-signature.txt");

  @Test
  void isAsWrittenDown() throws Exception {
    List<String> found = ApiSignature.ofTheBundleFolder();
    if (System.getProperty("api.write") != null) {
      Files.write(FILE, found);
    }
    List<String> wanted = Files.readAllLines(FILE);
    assertThat(String.join("\n", difference(wanted, found)))
        .as("%s (- written down, + found; -Dapi.write writes it anew)", FILE)
        .isEmpty();
    assertThat(found).isEqualTo(wanted);
  }

  /** Lines on one side only, each below the lines that it belongs to. */
  private static List<String> difference(List<String> wanted, List<String> found) {
    List<String> lines = new ArrayList<>();
    Set<String> there = new HashSet<>(withParents(found));
    for (String line : withParents(wanted)) {
      if (!there.contains(line)) {
        lines.add("- " + line);
      }
    }
    Set<String> known = new HashSet<>(withParents(wanted));
    for (String line : withParents(found)) {
      if (!known.contains(line)) {
        lines.add("+ " + line);
      }
    }
    return lines;
  }

  private static List<String> withParents(List<String> lines) {
    List<String> paths = new ArrayList<>();
    List<String> parents = new ArrayList<>();
    for (String line : lines) {
      int depth = (line.length() - line.stripLeading().length()) / 2;
      while (parents.size() > depth) {
        parents.removeLast();
      }
      parents.add(line.strip());
      paths.add(String.join(" / ", parents));
    }
    return paths;
  }
}
