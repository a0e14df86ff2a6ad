package dev.ooh.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files and folders whose names are beyond ASCII, where the locale is POSIX's. A shell makes them:
 * the JVM of this test may be in that locale, too, and could not name them.
 */
class BeyondAsciiTest {
  private static final String SCRIPT =
      """
      set -e
      name=$(printf 'gr\\303\\266\\303\\237e \\346\\227\\245')
      mkdir "$name"
      cp -R "$1/bundles" "$1/lib" "$2" "$name"
      echo 'a word and a word' > "$name/$name.txt"
      cd "$name"
      ./ooh gc --application word_count --input "$name.txt" --technique none --csv "$name.csv"
      grep -q ',word_count,' "$name.csv"
      """;

  @TempDir private Path folder;

  @Test
  void areOpenedInThePosixLocale() throws Exception {
    ProcessBuilder shell =
        new ProcessBuilder(
                "sh",
                "-c",
                SCRIPT,
                "sh",
                BundleFolder.HOME.toRealPath().toString(),
                Path.of(System.getProperty("ooh.top"), "ooh").toRealPath().toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
    shell.environment().keySet().removeIf(name -> name.startsWith("LC_"));
    shell
        .environment()
        .putAll(
            Map.of(
                "LANG", "C",
                "JAVA_HOME", System.getProperty("java.home"),
                "OOH_JAVA_OPTS", "-XX:TieredStopAtLevel=1"));
    int status = shell.start().waitFor();
    assertThat(folder.resolve("said")).content().doesNotContain("ooh:");
    assertThat(status).isZero();
  }
}
