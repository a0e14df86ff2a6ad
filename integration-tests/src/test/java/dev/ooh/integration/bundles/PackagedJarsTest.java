package dev.ooh.integration.bundles;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What others get: each jar that this build packed, and the list of their versions. */
class PackagedJarsTest {
  private static final Path TOP = Path.of(System.getProperty("ooh.top")).normalize();
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern PARENT = Pattern.compile("<parent>.*?</parent>", Pattern.DOTALL);
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)");

  /** Of a dependency on this project's, whatever comes after it. */
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>dev\\.ooh</groupId><artifactId>([^<]+)</artifactId>(.*?)"
              + "</dependency>",
          Pattern.DOTALL);

  private static final String BOM = "bom";

  /** A module of the build, and its jar, which need not be there. */
  private record Module(Path folder, String pom, String artifact) {
    Path jar() {
      return folder.resolve("target/" + artifact + "-0.1.0-SNAPSHOT.jar");
    }

    /** What it can't do without. */
    Set<String> needs() {
      return found(DEPENDENCY, pom)
          .filter(it -> !it.group(2).contains("<scope>test"))
          .map(it -> it.group(1))
          .collect(toSet());
    }

    boolean isExample() {
      return folder.startsWith(TOP.resolve("docs"));
    }
  }

  private static Stream<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results();
  }

  private static List<Module> modules() throws IOException {
    List<Module> modules = new ArrayList<>();
    for (MatchResult name : found(MODULE, Files.readString(TOP.resolve("pom.xml"))).toList()) {
      Path folder = TOP.resolve(name.group(1));
      if (name.group(1).startsWith("docs/")) {
        continue; // examples: they are built and not published
      }
      String pom = Files.readString(folder.resolve("pom.xml"));
      String own = PARENT.matcher(pom).replaceFirst("");
      modules.add(new Module(folder, pom, found(ARTIFACT, own).findFirst().orElseThrow().group(1)));
    }
    return modules;
  }

  private static List<Module> packed() throws IOException {
    List<Module> packed = modules().stream().filter(it -> Files.exists(it.jar())).toList();
    assertThat(packed).hasSizeGreaterThan(20);
    return packed;
  }

  /** On the module path a jar without such a name is named after its file. */
  @Test
  void eachHasAModulesNameOfItsOwnAndTheLicence() throws IOException {
    for (Module module : packed()) {
      try (JarFile jar = new JarFile(module.jar().toFile())) {
        assertThat(jar.getEntry("META-INF/LICENSE")).as(module.artifact()).isNotNull();
        String name = jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
        assertThat(name).as(module.artifact()).startsWith("dev.ooh.");
        ModuleDescriptor descriptor =
            ModuleFinder.of(module.jar()).findAll().iterator().next().descriptor();
        assertThat(descriptor.name()).isEqualTo(name);
      }
    }
    List<String> names =
        packed().stream()
            .flatMap(it -> ModuleFinder.of(it.jar()).findAll().stream())
            .map(it -> it.descriptor().name())
            .toList();
    assertThat(names).doesNotHaveDuplicates();
  }

  /** What the examples use, what is found as a service, and what all those need. */
  @Test
  void theListOfVersionsIsWhole() throws IOException {
    List<Module> modules = modules();
    String bom =
        modules.stream().filter(it -> it.artifact().equals(BOM)).findFirst().orElseThrow().pom();
    Set<String> listed = found(DEPENDENCY, bom).map(it -> it.group(1)).collect(toSet());
    assertThat(modules).extracting(Module::artifact).containsAll(listed);
    for (Module module : modules) {
      if (module.isExample() || listed.contains(module.artifact())) {
        assertThat(listed).as("needed by " + module.artifact()).containsAll(module.needs());
      }
      boolean serves =
          Files.isDirectory(module.folder().resolve("src/main/resources/META-INF/services"));
      if (serves && !module.isExample()) {
        assertThat(listed).as("found as a service").contains(module.artifact());
      }
    }
  }
}
