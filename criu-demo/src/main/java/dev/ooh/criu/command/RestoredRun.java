package dev.ooh.criu.command;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import dev.ooh.cli.Progress;
import dev.ooh.criu.CheckpointException;
import dev.ooh.criu.CheckpointPlan;
import dev.ooh.criu.CheckpointedRun;
import dev.ooh.criu.Checkpointer;
import dev.ooh.criu.DumpReport;
import dev.ooh.criu.RestoredProgram;
import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.image.SetDescription;
import dev.ooh.memory.AddressSpace;
import dev.ooh.workloads.Application;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A restored program that goes on to its end, in as many threads as it had.
 *
 * @param set that it was restored from
 */
record RestoredRun(
    Path set,
    SetDescription description,
    Application application,
    RestoredProgram program,
    AddressSpace space,
    Progress progress,
    PrintWriter out) {

  /** What is done after each step, by the thread that took it. */
  @FunctionalInterface
  interface Check {
    void run() throws IOException;
  }

  /** Returns its result. */
  long goOn(Check check) throws IOException, CommandException, InterruptedException {
    try {
      run(new CheckpointPlan(0, 1), check).runAlone();
      return result();
    } catch (RuntimeException e) {
      check.run(); // damage explains more than what came of it
      throw failed(e);
    }
  }

  /** Returns its result, having been dumped when so much of it was done, 0 to 1. */
  long goOnAndDump(double until, Checkpointer checkpointer)
      throws IOException, CommandException, CheckpointException, InterruptedException {
    tell("verified");
    try {
      run(new CheckpointPlan(0, until), () -> {})
          .run(
              checkpointer,
              new CheckpointedRun.Listener() {
                private double at;

                @Override
                public void standing() {
                  at = percent();
                }

                @Override
                public void dumped(DumpReport report) {
                  tellDumped(report, at);
                }
              });
      return result();
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private CheckpointedRun run(CheckpointPlan plan, Check check) {
    PercentLine line = new PercentLine(progress, application.name() + ": ");
    return new CheckpointedRun(
        space,
        application,
        program.heap(),
        plan,
        stepped -> {
          try {
            check.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          line.accept(stepped);
        });
  }

  private long result() {
    long result = application.result(program.heap());
    progress.clear();
    return result;
  }

  /**
   * Says what was restored.
   *
   * @param done what was done to the pages
   */
  void tell(String done) {
    ArenaHeap heap = program.heap();
    progress.clear();
    if (heap.start() != description.heapAddress()) {
      out.printf(
          "mapped at 0x%x, as 0x%x can't be had here%n", heap.start(), description.heapAddress());
    }
    out.printf(
        Locale.ROOT,
        "%s: %s %s restored on %s, %d pages %s, %.1f %% done%n",
        set,
        application.name(),
        description.configuration(),
        space.substrate(),
        program.pages(),
        done,
        percent());
  }

  private void tellDumped(DumpReport report, double percent) {
    progress.clear();
    out.printf(
        Locale.ROOT,
        "%s: dumped at %.1f %% under %s, %d pages written, %d left to the set before%n",
        report.set(),
        percent,
        report.technique(),
        report.pagesWritten(),
        report.pagesSkippedParent());
  }

  private double percent() {
    return 100 * application.progress(program.heap());
  }

  private CommandException failed(RuntimeException e) {
    return new CommandException(
        "%s can't go on from %s: %s".formatted(application.name(), set, ErrorText.of(e)), e);
  }
}
