package dev.ooh.example.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents show of the library is what was compiled and run. */
class DocumentationTest {
  private static final Path README = Path.of("../../README.md");

  @Test
  void snippetsAreInTheSource() throws IOException {
    String source =
        plain(Files.readString(Path.of("src/main/java/dev/ooh/example/library/TrackSegment.java")));
    List<String> snippets =
        blocks("java", Path.of("../real-memory.md")).stream()
            .filter(snippet -> snippet.contains("PageTracker"))
            .toList();
    assertThat(snippets).isNotEmpty().allSatisfy(it -> assertThat(source).contains(plain(it)));
  }

  @Test
  void theRecordingIsInTheSourceAndRuns(@TempDir Path folder) throws Exception {
    String source =
        plain(
            Files.readString(Path.of("src/main/java/dev/ooh/example/library/RecordSegment.java")));
    assertThat(blocks("java", Path.of("../evaluation.md")))
        .isNotEmpty()
        .allSatisfy(it -> assertThat(source).contains(plain(it)));
    Path file = folder.resolve("r");
    RecordSegment.main(new String[] {file.toString()});
    assertThat(file).isNotEmptyFile();
  }

  /** Without indentation, which differs. */
  private static String plain(String text) {
    return text.lines().map(String::strip).reduce("", (all, line) -> all + line + "\n");
  }

  private static List<String> blocks(String language, Path document) throws IOException {
    return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(document))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void theExampleRuns() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      TrackSegment.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("changed: bytes 20480 to 24576" + System.lineSeparator());
  }

  /** The class of README.md. */
  private static String program() throws IOException {
    return blocks("java", README).stream()
        .filter(block -> block.contains("PageTracker") && block.contains("void main("))
        .findFirst()
        .orElseThrow();
  }

  /** Who looks at README.md for a minute sees how it is used, and where it comes from. */
  @Test
  void tenLinesOfTheReadmesExampleComeBeforeItsTables() throws Exception {
    String readme = Files.readString(README);
    String lines = blocks("java", README).getFirst();
    assertThat(lines.lines().count()).isLessThanOrEqualTo(11);
    assertThat(plain(program())).contains(plain(lines));
    assertThat(readme.indexOf(lines)).isLessThan(readme.indexOf("\n|"));
    String version = first(Files.readString(Path.of("../../pom.xml")), "<version>([^<]+)<");
    assertThat(readme.indexOf("`dev.ooh:library:" + version + "`"))
        .isPositive()
        .isLessThan(readme.indexOf("\n|"));
  }

  /** The class of README.md, pasted into a folder with what a program would have by its pom. */
  @Test
  void theReadmesExampleRunsOnTheLibraryAlone(@TempDir Path folder) throws Exception {
    String readme = Files.readString(README);
    String source = program();
    String name = first(source, "class (\\w+) \\{");
    assertThat(readme).contains("src/main/java/" + name + ".java");
    Path file = Files.writeString(folder.resolve(name + ".java"), source);
    String classPath = Files.readString(Path.of("target/runtime.classpath")).strip();
    assertThat(classPath).contains("library").doesNotContain("junit").doesNotContain("osgi");
    Path java = Path.of(System.getProperty("java.home"), "bin");
    run(folder, java.resolve("javac"), "-Werror", "-cp", classPath, "-d", ".", file.toString());
    String flag = first(readme, "MAVEN_OPTS=(\\S+) mvn .* -Dexec\\.mainClass=" + name);
    String out =
        run(
            folder,
            java.resolve("java"),
            "-XX:TieredStopAtLevel=1",
            flag,
            "-cp",
            classPath + ":.",
            name);
    assertThat(out).isEqualTo(first(readme, "this prints `([^`]+)`") + System.lineSeparator());
  }

  /** The same class in a module, with what README.md says of modules. */
  @Test
  void theReadmesExampleRunsOnTheModulePath(@TempDir Path folder) throws Exception {
    assertThat(onTheModulePath(folder, Path.of(System.getProperty("java.home"))))
        .isEqualTo(first(Files.readString(README), "this prints `([^`]+)`") + "\n");
  }

  @Test
  @Tag("soak")
  void theReadmesExampleRunsOnAnImageOfJlink(@TempDir Path folder) throws Exception {
    String[] command = first(Files.readString(README), "`(jlink [^`]+ image)`").split(" ");
    Path jlink = Path.of(System.getProperty("java.home"), "bin", command[0]);
    assertThat(run(folder, jlink, Arrays.copyOfRange(command, 1, command.length))).isEmpty();
    assertThat(onTheModulePath(folder, folder.resolve("image")))
        .isEqualTo(first(Files.readString(README), "this prints `([^`]+)`") + "\n");
  }

  private static String onTheModulePath(Path folder, Path home) throws Exception {
    String readme = Files.readString(README);
    String modulePath = Files.readString(Path.of("target/runtime.classpath")).strip();
    assumeTrue(
        Stream.of(modulePath.split(File.pathSeparator)).allMatch(it -> it.endsWith(".jar")),
        "this build has packed no jars");
    String name = first(program(), "class (\\w+) \\{");
    Path source = Files.writeString(folder.resolve(name + ".java"), "package app;\n" + program());
    Path module =
        Files.writeString(
            folder.resolve("module-info.java"),
            "module app { %s }".formatted(first(readme, "module says `(requires [^`]+;)`")));
    run(
        folder,
        Path.of(System.getProperty("java.home"), "bin", "javac"),
        "-p",
        modulePath,
        "-d",
        "app",
        source.toString(),
        module.toString());
    return run(
        folder,
        home.resolve("bin/java"),
        "-p",
        modulePath + File.pathSeparator + "app",
        first(readme, "is allowed to by `(--enable-native-access=[^`]+)`"),
        "-m",
        "app/app." + name);
  }

  /** What the process printed, errors and warnings included. */
  private static String run(Path folder, Path program, String... arguments) throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    return Files.readString(out);
  }

  @Test
  void theReadmesPomNamesTheLibraryAndItsRelease() throws Exception {
    String parent = Files.readString(Path.of("../../pom.xml"));
    String pom =
        blocks("xml", README).stream()
            .filter(block -> block.contains("<artifactId>library</artifactId>"))
            .filter(block -> block.contains("<project>"))
            .findFirst()
            .orElseThrow();
    assertThat(pom)
        .contains("<version>" + first(parent, "<version>([^<]+)</version>") + "</version>")
        .contains(first(parent, "(<maven.compiler.release>\\d+</maven.compiler.release>)"));
  }

  private static String first(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
