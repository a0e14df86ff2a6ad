package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ooh shell} over the real bundle folder. */
class ShellTest {
  private static final Pattern INTERVALS = Pattern.compile("live program: (\\d+) intervals");

  @TempDir Path folder;

  @Test
  void readsCommandsFromAPipe() throws Exception {
    try (Ooh shell = Ooh.start(folder, "shell")) {
      shell.type("tracking:use uffd");
      shell.type("tracking:list");
      Ooh.Done done = shell.finish();
      assertThat(done.status()).as(done.err()).isZero();
      assertThat(done.err()).isEmpty();
      assertThat(done.out()).contains("using uffd").contains("epml").contains("all-dirty");
    }
  }

  @Test
  void aFailedCommandIsOneLineAndTheStatus() throws Exception {
    try (Ooh shell = Ooh.start(folder, "shell")) {
      shell.type("tracking:use nothing");
      shell.type("tracking:explain");
      Ooh.Done done = shell.finish();
      assertThat(done.status()).isEqualTo(1);
      assertThat(done.err()).hasLineCount(1).contains("'nothing'").contains("epml");
    }
  }

  @Test
  void switchesEveryTechniqueUnderTheRunningProgram() throws Exception {
    try (ShellTalk shell = new ShellTalk(folder)) {
      for (String technique : new String[] {"spml", "procfs", "uffd", "epml", "spp", "all-dirty"}) {
        shell.say("tracking:use " + technique);
        assertThat(shell.after(5)).contains(" 0 lost").contains("reported by " + technique);
      }
    }
  }

  /** A jar is put in the plugins folder, used, and taken away while pages are being written. */
  @Test
  void aPluginComesAndGoes() throws Exception {
    Path plugins = Files.createDirectory(folder.resolve("user-plugins"));
    Path jar = plugins.resolve("example.jar");
    try (ShellTalk shell = new ShellTalk(folder)) {
      assertThat(shell.say("tracking:list")).contains("epml").doesNotContain("fault-log");
      Files.copy(Ooh.exampleTechnique(), jar, StandardCopyOption.REPLACE_EXISTING);
      shell.until("tracking:list", answer -> answer.contains("fault-log"));
      shell.say("tracking:use fault-log");
      assertThat(shell.after(5)).contains(" 0 lost").contains("reported by fault-log");
      Files.delete(jar);
      shell.until("tracking:list", answer -> !answer.contains("fault-log"));
      assertThat(shell.after(5))
          .contains(" 0 lost")
          .contains("1024 reported by all-dirty (")
          .contains("fault-log");
      assertThat(shell.say("tracking:explain")).contains("fault-log went away");
      shell.say("tracking:use epml");
      assertThat(shell.after(5)).contains(" 0 lost").contains("reported by epml");
    }
  }

  /** How many intervals the live program has completed, by what {@code tracking:stats} said. */
  static long intervals(String stats) {
    Matcher matcher = INTERVALS.matcher(stats);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
