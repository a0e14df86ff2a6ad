package dev.ooh.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorRunTest {
  private static Invocation doctor(String... arguments) {
    Tracking tracking =
        Tracking.of(new ToyControl(true), List.of(ToySubstrate.VIRTUAL, ToySubstrate.LINUX));
    return Invocation.of(new DoctorRun(tracking), arguments);
  }

  @Test
  void triesEachTechniqueOnEachKindOfMemory() {
    Invocation done = doctor();
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.out().lines().map(line -> line.replaceAll("\\s+", " ").strip()))
        .contains(
            "* linux * refused this is not Linux",
            "shy virtual * refused it is shy",
            "wanted: be gentle")
        .anyMatch(line -> line.matches("exact virtual memfd works looking; 5 pages written, .*"))
        .anyMatch(line -> line.matches("lossy virtual anonymous refused written and not .*"))
        .anyMatch(line -> line.matches("wanted: a technique that works on it: all-dirty, exact"));
  }

  @Test
  void writesJson() {
    Invocation done = doctor("--json");
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.out().replaceAll("\\s+", " "))
        .startsWith("{ \"system\" : { \"os.name\"")
        .contains(
            "{ \"what\" : \"shy\", \"substrate\" : \"virtual\", \"memory\" : \"*\","
                + " \"works\" : false, \"reason\" : \"it is shy\", \"remedy\" : \"be gentle\" }")
        .endsWith("] } ");
  }
}
