package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh demo} over the real bundle folder. */
class DemoTest {
  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  @TempDir Path folder;

  @Test
  void showsEveryConsumerUnderEveryTechnique() throws Exception {
    Ooh.Done done = Ooh.run(folder, "demo", "--quick", "--substrate", "virtual");
    assertThat(done.status()).as(done.out() + done.err()).isZero();
    assertThat(done.err()).isEmpty();
    for (String program : List.of("collector", "checkpointer", "array")) {
      for (String technique : List.of("all-dirty", "procfs", "uffd", "spml", "epml")) {
        assertThat(done.out()).containsPattern(program + " +virtual +" + technique + " ");
      }
    }
    assertThat(done.out())
        .containsPattern("nothing lost: \\d+ intervals and [1-9]\\d* switches")
        .doesNotContain("Exception")
        .doesNotContain("WARNING");
    assertThat(done.out().lines().toList().getLast()).startsWith("next: ./ooh ");
  }

  @Test
  void techniquesSaysWhatWorksWhere() throws Exception {
    Ooh.Done done = OOH.run("techniques");
    assertThat(done.status()).as(done.err()).isZero();
    for (String technique : List.of("all-dirty", "procfs", "uffd", "spml", "epml")) {
      assertThat(done.out()).containsPattern(technique + " +virtual +usable ");
    }
    assertThat(done.out()).containsPattern("spml +linux +refused +\\w");
  }
}
