package dev.ooh.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphansTest {
  @Test
  void whatTheyLeftUnfinishedGoesAndWhatWasMeasuredStays(@TempDir Path runs) throws Exception {
    Files.createFile(runs.resolve(".gc_small.csv.unfinished123.part"));
    Path measured = Files.createFile(runs.resolve("gc_medium.csv"));
    Orphans.await(runs, 1);
    assertThat(runs).isDirectoryContaining(measured::equals);
    assertThat(runs).isDirectoryNotContaining("glob:**.part");
  }
}
