package dev.ooh.example.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents show of the library is what was compiled and run. */
class DocumentationTest {
  private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"../../README.md", "../real-memory.md"})
  void snippetsAreInTheSource(String document) throws IOException {
    String source =
        plain(Files.readString(Path.of("src/main/java/dev/ooh/example/library/TrackSegment.java")));
    List<String> snippets =
        SNIPPET
            .matcher(Files.readString(Path.of(document)))
            .results()
            .map(match -> match.group(1))
            .filter(snippet -> snippet.contains("PageTracker"))
            .toList();
    assertThat(snippets).isNotEmpty().allSatisfy(it -> assertThat(source).contains(plain(it)));
  }

  /** Without indentation, which differs. */
  private static String plain(String text) {
    return text.lines().map(String::strip).reduce("", (all, line) -> all + line + "\n");
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
}
