package dev.ooh.library.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.library.audit.LimitedAudit.Limit;
import dev.ooh.testing.jvm.ChildJvm;
import dev.ooh.tracking.Probe;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is lost at the limits of a process, nor beside real forks of it. */
@Timeout(600)
class LimitedAuditTest {
  /** More than a JVM takes, and less than what many sessions would. */
  private static final String FEW_DESCRIPTORS = "ulimit -n 80; ";

  /** One reservation of 1 TiB and what a small JVM takes; in KiB. */
  private static final String ONE_SPACE = "ulimit -v $((1024 * 1024 * 1024 + 16 * 1024 * 1024)); ";

  @TempDir static Path folder;
  private static String classPath;

  /** A class in a folder takes a descriptor to load; those of an open jar don't. */
  @BeforeAll
  static void pack() {
    assumeTrue(Way.LINUX.refusal().isEmpty(), () -> Way.LINUX.refusal().orElse(""));
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    List<String> packed = new ArrayList<>();
    for (String entry : ChildJvm.CLASS_PATH.split(File.pathSeparator)) {
      if (new File(entry).isDirectory()) {
        String target = folder.resolve(packed.size() + ".jar").toString();
        assertThat(jar.run(System.out, System.err, "cf", target, "-C", entry, ".")).isZero();
        packed.add(target);
      } else {
        packed.add(entry);
      }
    }
    classPath = String.join(File.pathSeparator, packed);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void withoutDescriptors(Way way) throws Exception {
    audit(way, Limit.DESCRIPTORS, FEW_DESCRIPTORS);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void withFewAddresses(Way way) throws Exception {
    assertThat(audit(way, Limit.ADDRESSES, ONE_SPACE)).contains("Cannot allocate memory");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void besideForks(Way way) throws Exception {
    audit(way, Limit.REAL_FORKS, "", "-Djdk.lang.Process.launchMechanism=FORK");
  }

  private static String audit(Way way, Limit limit, String before, String... options)
      throws Exception {
    Probe probe = way.probe();
    assumeTrue(probe.usable(), probe::reason);
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    Path output = Files.createTempFile(folder, "audit", ".txt");
    Process process =
        ChildJvm.of(LimitedAudit.class, way.name(), limit.name(), Long.toString(seed))
            .by("sh", "-c", before + "exec \"$0\" \"$@\"")
            .with(
                "-Xmx64m",
                "-XX:ReservedCodeCacheSize=64m",
                "-XX:CompressedClassSpaceSize=64m",
                "--enable-native-access=ALL-UNNAMED")
            .with(options)
            .withClassPath(classPath)
            .builder()
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int status = process.waitFor();
      String said =
          Files.readAllLines(output, StandardCharsets.UTF_8).stream()
              .collect(Collectors.joining("\n"));
      assertThat(said).as("ooh.first-seed=%d, status %d", seed, status).endsWith("nothing lost");
      return said;
    } finally {
      process.destroyForcibly();
    }
  }
}
