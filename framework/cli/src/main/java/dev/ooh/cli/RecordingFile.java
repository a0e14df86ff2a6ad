package dev.ooh.cli;

import dev.ooh.memory.AddressSpace;
import dev.ooh.recording.Recorder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a session records which pages its programs write, if anywhere. For one thread. */
final class RecordingFile implements AutoCloseable {
  private final @Nullable Path file;
  private final @Nullable Recorder recorder;
  private final Tracking.Observation observation;

  private RecordingFile(
      @Nullable Path file, @Nullable Recorder recorder, Tracking.Observation observation) {
    this.file = file;
    this.recorder = recorder;
    this.observation = observation;
  }

  /**
   * Starts to record into {@code file}; null for nowhere.
   *
   * @throws CommandException if it can't be written, naming it
   */
  static RecordingFile to(@Nullable Path file, Tracking tracking) throws CommandException {
    if (file == null) {
      return new RecordingFile(null, null, () -> {});
    }
    try {
      Recorder recorder = new Recorder(file);
      return new RecordingFile(file, recorder, tracking.observe(recorder));
    } catch (IOException e) {
      throw new CommandException(
          "--record is %s, which can't be written: %s".formatted(file, ErrorText.reason(e)), e);
    }
  }

  void started(AddressSpace space, String experiment, String technique) {
    if (recorder != null) {
      recorder.record(space, experiment, technique);
    }
  }

  void named(AddressSpace space, String application, String configuration) {
    if (recorder != null) {
      recorder.name(space, application, configuration);
    }
  }

  void untracked(AddressSpace space, double millisAnInterval) {
    if (recorder != null) {
      recorder.untracked(space, Math.round(millisAnInterval * 1e6));
    }
  }

  /**
   * Ends the recording, if there is one.
   *
   * @throws CommandException if something of it could not be written
   */
  void finish() throws CommandException {
    if (recorder != null) {
      try {
        recorder.finish();
      } catch (IOException e) {
        throw new CommandException(
            "recording %s can't be written: %s".formatted(file, ErrorText.reason(e)), e);
      }
    }
  }

  /** What was not finished stays, and is cut short. */
  @Override
  public void close() {
    observation.close();
    if (recorder != null) {
      try {
        recorder.close();
      } catch (IOException e) {
        System.getLogger(RecordingFile.class.getName())
            .log(System.Logger.Level.DEBUG, () -> "could not close " + file, e);
      }
    }
  }
}
