package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CommandSupportTest {
  @Command(name = "ooh test", description = "Is a test.")
  static final class Body implements Callable<Integer> {
    private final Callable<Integer> body;

    @Option(names = "--count")
    int count;

    @Option(names = "--name")
    String name = "";

    @Parameters List<String> rest = List.of();

    Body(Callable<Integer> body) {
      this.body = body;
    }

    @Override
    public Integer call() throws Exception {
      return body.call();
    }
  }

  private static Invocation run(Callable<Integer> body, String... arguments) {
    return Invocation.of(new Body(body), arguments);
  }

  @Test
  void passesTheStatusOn() {
    assertThat(run(() -> 0)).isEqualTo(new Invocation(0, "", ""));
    assertThat(run(() -> 1).status()).isEqualTo(1);
  }

  @Test
  void failureIsOneLineAndStatus1() {
    Invocation failed =
        run(
            () -> {
              throw new CommandException("the thing is 1, wanted 2");
            });
    assertThat(failed).isEqualTo(new Invocation(1, "", "ooh test: the thing is 1, wanted 2\n"));
  }

  @Test
  void errorsOfPluginsAreOneLineToo() {
    Invocation failed =
        run(
            () -> {
              throw new NoClassDefFoundError("dev/ooh/Gone");
            });
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).isEqualTo("ooh test: NoClassDefFoundError: dev/ooh/Gone\n");
  }

  @Test
  void usageIsStatus2() {
    assertThat(
            run(
                () -> {
                  throw new UsageException("no such size");
                }))
        .isEqualTo(new Invocation(2, "", "ooh test: no such size\n"));
    Invocation unknown = run(() -> 0, "--foo");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("--foo").contains("see ooh test --help").hasLineCount(1);
    Invocation wrong = run(() -> 0, "--count", "x");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("--count").contains("'x'").hasLineCount(1);
  }

  @Test
  void verboseShowsTheTrace() {
    Invocation failed =
        run(
            () -> {
              throw new IllegalStateException("why");
            },
            "--verbose");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).startsWith("ooh test: why\n").contains("\tat ");
  }

  @Test
  void aValueThatReadsLikeTheOptionIsNotTheOption() {
    Invocation failed =
        run(
            () -> {
              throw new IllegalStateException("why");
            },
            "--name=x",
            "--",
            "--verbose");
    assertThat(failed.err()).isEqualTo("ooh test: why\n");
  }

  /** A file name may begin with it, and what is in that file is nobody's command line. */
  @Test
  void anArgumentThatBeginsWithAnAtIsItself(@TempDir Path folder) throws Exception {
    String argument = "@" + Files.writeString(folder.resolve("arguments"), "--count 3");
    Body body = new Body(() -> 0);
    assertThat(Invocation.of(body, argument)).isEqualTo(new Invocation(0, "", ""));
    assertThat(body.rest).containsExactly(argument);
    assertThat(body.count).isZero();
  }

  @Test
  void helpListsTheSettingsOfEachTechniqueAndSubstrate() throws Exception {
    Tracking tracking =
        Tracking.of(new ToyControl(true), List.of(new ToySubstrate("toy", Optional.empty())));
    StringWriter out = new StringWriter();
    int status =
        CommandSupport.execute(
            new Body(() -> 1),
            new String[] {"--help"},
            tracking,
            new PrintWriter(out),
            new PrintWriter(out));
    assertThat(status).isZero();
    String help = out.toString().replaceAll("\\s+", " ");
    assertThat(help).contains("Settings (--set NAME=VALUE): ");
    assertThat(KnownSettings.of(tracking).all())
        .extracting(known -> known.setting().name())
        .contains("ring-entries");
    for (KnownSettings.Known known : KnownSettings.of(tracking).all()) {
      assertThat(help)
          .contains(
              " %s %s: %s "
                  .formatted(
                      known.setting().name(),
                      String.join(", ", known.readers()),
                      known.setting().summary()))
          .contains("(default: " + known.setting().defaultText() + ")");
    }
  }

  @Test
  void helpEverywhere() {
    Invocation help = run(() -> 1, "--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("Is a test.").contains("--verbose").contains("--count");
  }
}
