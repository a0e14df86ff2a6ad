package dev.ooh.integration.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/write-a-technique.md} shows is what was compiled. */
class TechniqueGuideTest {
  private static final Path DOCS = Path.of(System.getProperty("ooh.top"), "docs");
  private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  @Test
  void snippetsAreInTheSource() throws IOException {
    Path sources = DOCS.resolve("example-technique/src");
    Path folder = sources.resolve("main/java/dev/ooh/example");
    String source =
        Files.readString(folder.resolve("FaultLogTechnique.java"))
            + Files.readString(folder.resolve("FaultLogSession.java"))
            + Files.readString(
                sources.resolve("test/java/dev/ooh/example/FaultLogConformanceTest.java"));
    List<String> snippets =
        SNIPPET
            .matcher(Files.readString(DOCS.resolve("write-a-technique.md")))
            .results()
            .map((MatchResult match) -> match.group(1))
            .toList();
    assertThat(snippets).hasSizeGreaterThan(3).allSatisfy(it -> assertThat(source).contains(it));
  }
}
