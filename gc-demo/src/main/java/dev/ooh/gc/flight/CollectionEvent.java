package dev.ooh.gc.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** One cycle; the event's own duration is its wall time, also where the clock is simulated. */
@Name("dev.ooh.GarbageCollection")
@Label("Garbage Collection")
@Description("A cycle of the collected heap, from its begin to its end")
@Category({"Dirty-page tracking", "Collector"})
@StackTrace(false)
final class CollectionEvent extends Event {
  @Label("GC Identifier")
  long gcId;

  @Label("Name")
  @Description("young, full (in one pause) or concurrent (beside the program)")
  String name = "";

  @Label("Cause")
  String cause = "";

  @Label("Technique")
  @Description("Which told what pages changed")
  String technique = "";

  @Label("Sum of Pauses")
  @Description("By the space's clock")
  @Timespan(Timespan.NANOSECONDS)
  long sumOfPauses;

  @Label("Longest Pause")
  @Description("By the space's clock")
  @Timespan(Timespan.NANOSECONDS)
  long longestPause;

  @Label("Clock")
  @Description("The space's: wall or simulated")
  String clock = "";
}
