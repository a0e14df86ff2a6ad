package dev.ooh.cli.replay;

import dev.ooh.memory.PageSet;
import dev.ooh.recording.Block;
import dev.ooh.recording.RecordingReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a recording holds of one program, its intervals apart.
 *
 * @param number of the program in the recording, from 0
 * @param program how it was recorded
 * @param name what ran; told at its end, so that a recording cut short has none
 * @param intervals how many there are
 * @param extent all pages that any of them speaks of
 * @param untrackedNanos how long the work of one interval takes untracked, if that was recorded
 */
record RecordedProgram(
    int number,
    Block.Program program,
    Block.Name name,
    int intervals,
    PageSet extent,
    OptionalLong untrackedNanos) {

  /** What ran, and how it was recorded, for people. */
  String title() {
    return "%s %s, %s on %s"
        .formatted(
            program.experiment(),
            (name.application() + " " + name.configuration()).strip(),
            program.technique(),
            program.substrate());
  }

  /**
   * All programs of a recording that have an interval that counts: one after the first, whose
   * writes were seen exactly.
   *
   * @param whole whether the recording ended as planned
   */
  record Contents(List<RecordedProgram> programs, boolean whole) {
    Contents {
      programs = List.copyOf(programs);
    }

    int intervals() {
      return programs.stream().mapToInt(RecordedProgram::intervals).sum();
    }
  }

  /** Reads all of {@code file} but what was written when. */
  static Contents of(Path file) throws IOException {
    List<RecordedProgram> programs = new ArrayList<>();
    try (RecordingReader reader = new RecordingReader(file)) {
      Gathering gathering = new Gathering(0, new Block.Program("", "", ""));
      int number = -1;
      for (Optional<Block> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get() instanceof Block.Program program) {
          gathering.addTo(programs);
          gathering = new Gathering(++number, program);
        } else {
          gathering.add(next.get());
        }
      }
      gathering.addTo(programs);
      return new Contents(programs, reader.isEnded());
    }
  }

  /** One program as its blocks come. */
  private static final class Gathering {
    private final int number;
    private final Block.Program program;
    private Block.Name name = new Block.Name("unnamed", "");
    private PageSet extent = PageSet.empty();
    private OptionalLong untracked = OptionalLong.empty();
    private int intervals;
    private boolean counts;

    Gathering(int number, Block.Program program) {
      this.number = number;
      this.program = program;
    }

    void add(Block block) {
      switch (block) {
        case Block.Writes writes -> {
          counts |= intervals > 0 && writes.exact();
          intervals++;
          extend(writes.scan());
          extend(writes.arm());
          extend(writes.written());
        }
        case Block.Name told -> name = told;
        case Block.Untracked told -> untracked = OptionalLong.of(told.nanosAnInterval());
        default -> {}
      }
    }

    private void extend(PageSet pages) {
      if (!extent.containsAll(pages)) {
        extent = extent.union(pages);
      }
    }

    void addTo(List<RecordedProgram> programs) {
      if (counts && !extent.isEmpty()) {
        programs.add(new RecordedProgram(number, program, name, intervals, extent, untracked));
      }
    }
  }
}
