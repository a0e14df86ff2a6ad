package dev.ooh.cli.replay;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.Session;
import dev.ooh.cli.TrackedSpace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Replays every program of a recording under every technique, some at once: each in a machine of
 * its own, so that what is counted is the same as one after the other.
 */
final class Replays {
  private final Session session;
  private final Path file;
  private final int jobs;
  private final AtomicInteger done = new AtomicInteger();

  /**
   * @param jobs how many at once, 1 or more
   */
  Replays(Session session, Path file, int jobs) {
    this.session = session;
    this.file = file;
    this.jobs = jobs;
  }

  /** All of them, program by program, in the session's order of techniques. */
  List<Replayed> of(List<RecordedProgram> programs) throws Exception {
    List<String> techniques = session.techniques();
    int total = programs.size() * techniques.size();
    List<Replayed> replayed = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(Math.min(jobs, total))) {
      List<Future<Replayed>> running = new ArrayList<>();
      for (RecordedProgram program : programs) {
        for (String technique : techniques) {
          running.add(workers.submit(() -> replay(program, technique, total)));
        }
      }
      try {
        for (Future<Replayed> one : running) {
          replayed.add(one.get());
        }
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      } finally {
        workers.shutdownNow();
      }
    }
    return replayed;
  }

  private Replayed replay(RecordedProgram program, String technique, int total) throws Exception {
    try (TrackedSpace run = start(technique)) {
      session
          .progress()
          .show(
              "replay: %s, %s (%d of %d)"
                  .formatted(program.title(), technique, done.incrementAndGet(), total));
      ReplayResult result = new Replay(run, program).replay(file);
      return new Replayed(program, run, run.timeUnit(), result);
    }
  }

  /** A session is for one thread at a time. */
  private synchronized TrackedSpace start(String technique) throws CommandException {
    return session.start(technique);
  }
}
