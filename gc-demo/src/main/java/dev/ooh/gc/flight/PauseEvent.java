package dev.ooh.gc.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** One pause. */
@Name("dev.ooh.GCPhasePause")
@Label("GC Phase Pause")
@Description("A cycle's pause, from the request to stop until the mutators went on")
@Category({"Dirty-page tracking", "Collector"})
@StackTrace(false)
final class PauseEvent extends Event {
  @Label("GC Identifier")
  long gcId;

  @Label("Name")
  String name = "";

  @Label("Took")
  @Description("By the space's clock")
  @Timespan(Timespan.NANOSECONDS)
  long took;

  @Label("Clock")
  @Description("The space's: wall or simulated")
  String clock = "";
}
