package dev.ooh.gc.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A part of a pause. */
@Name("dev.ooh.GCPhasePauseLevel1")
@Label("GC Phase Pause Level 1")
@Description("A part of a cycle's pause")
@Category({"Dirty-page tracking", "Collector"})
@StackTrace(false)
final class PausePartEvent extends Event {
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
