package dev.ooh.gc.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A phase beside the program. */
@Name("dev.ooh.GCPhaseConcurrent")
@Label("GC Phase Concurrent")
@Description("A part of a cycle beside the program")
@Category({"Dirty-page tracking", "Collector"})
@StackTrace(false)
final class ConcurrentPhaseEvent extends Event {
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
