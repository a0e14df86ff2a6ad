package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ooh.tracking.facility.VirtualHost.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineMeansTest {
  private static final List<Usage> TWO = List.of(new Usage(10, 0, 5, 1), new Usage(12, 3, 5, 4));

  private final MachineMeans means = new MachineMeans();

  private static Row row(String metric, String value, String unit) {
    return new Row("gc", "virtual", "epml", "pca", "small", metric, value, unit);
  }

  @Test
  void areOneRowAMetricAndWhatTheMachinesUsed() throws Exception {
    for (String time : List.of("1.5", "2.5")) {
      means.number(row("total_time", time, "sim_ms"));
      means.number(row("gc_cycles", "4", "cycles"));
      means.text(row("result", "0000000000001e10", "checksum"));
    }
    assertThat(means.rows(TWO))
        .extracting(Row::configuration, Row::metric, Row::value, Row::unit)
        .containsExactly(
            tuple("small:2vms", "total_time", "2", "sim_ms"),
            tuple("small:2vms", "gc_cycles", "4", "cycles"),
            tuple("small:2vms", "result", "0000000000001e10", "checksum"),
            tuple("small:2vms", "ran_time", "11", "sim_ms"),
            tuple("small:2vms", "waited_time", "1.5", "sim_ms"),
            tuple("small:2vms", "vm_switches", "2.5", "count"));
  }

  @Test
  void aMachineWithoutARowHadNoneOfIt() throws Exception {
    means.number(row("event.M3", "6", "count"));
    assertThat(means.rows(TWO))
        .extracting(Row::metric, Row::value)
        .contains(tuple("event.M3", "3"));
  }

  @Test
  void textThatDiffersIsAFailure() {
    means.text(row("result", "1", "checksum"));
    means.text(row("result", "2", "checksum"));
    assertThatThrownBy(() -> means.rows(TWO))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("result of pca under epml: machines have 1, 2, wanted the same");
  }
}
