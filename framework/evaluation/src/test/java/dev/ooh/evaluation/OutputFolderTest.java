package dev.ooh.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir private Path folder;

  private OutputFolder open(String who, long patience) throws CommandException {
    return OutputFolder.open(folder.resolve("D"), "1", who, patience);
  }

  @Test
  void oneEvaluationAtATimeHasIt() throws Exception {
    try (OutputFolder first = open("ooh evaluate --quick --out D", 0)) {
      assertThat(first.runs()).isDirectory();
      assertThatThrownBy(() -> open("another", 0))
          .isInstanceOf(CommandException.class)
          .hasMessage(
              "%s is in use by process %d (ooh evaluate --quick --out D):"
                      .formatted(folder.resolve("D"), ProcessHandle.current().pid())
                  + " wait for its end, or take another folder");
    }
    open("another", 0).close();
  }

  @Test
  void whatAKilledEvaluationLeftIsWaitedForAndNamed() throws Exception {
    open("first", 0).close();
    Path file = folder.resolve("D/runs/gc_pca.process");
    Process left = new ProcessBuilder("sleep", "1000").start();
    try {
      String line = left.pid() + " " + left.info().startInstant().orElseThrow() + "\n";
      Files.writeString(file, line);
      assertThatThrownBy(() -> open("second", 0))
          .hasMessageContaining("D is in use by process " + left.pid() + " (gc_pca), which");
      assertThat(file).exists();

      // Another process that has been given the number since is none of ours.
      Files.writeString(file, left.pid() + " 1970-01-01T00:00:00Z\n");
      open("third", 0).close();
      assertThat(file).doesNotExist();
      Files.writeString(file, line);
    } finally {
      left.destroyForcibly();
    }
    open("fourth", 600).close();
    assertThat(file).doesNotExist();
    Files.writeString(file, "12");
    open("fifth", 0).close();
  }

  @Test
  void anotherVersionsIsRefusedAndLetGo() throws Exception {
    open("first", 0).close();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> OutputFolder.open(folder.resolve("D"), "2", "second"))
          .hasMessageContaining("D holds measurements of version 1, wanted 2");
    }
  }
}
