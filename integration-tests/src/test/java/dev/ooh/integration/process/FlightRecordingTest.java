package dev.ooh.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM's flight recorder, beside bundles whose class loaders show them what they import. */
class FlightRecordingTest {
  @Test
  void aRecordingHasWhatTrackingAndTheCollectorDid(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ooh.jfr");
    OohProcess ooh = new OohProcess(folder, "-XX:StartFlightRecording=filename=" + file);
    OohProcess.Result result = ooh.run("gc", "--technique", "epml");
    assertThat(result.status()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(RecordingFile.readAllEvents(file))
        .extracting(event -> event.getEventType().getName())
        .contains("dev.ooh.Switch", "dev.ooh.Gather", "dev.ooh.Interval")
        .contains("dev.ooh.GarbageCollection", "dev.ooh.GCPhasePause");
  }
}
