package dev.ooh.metering.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A part of the work ended, on a substrate whose time is measured. */
@Name("dev.ooh.Work")
@Label("Tracking Work")
@Description("A fetch, a technique's part of it, or a stop of the writers ended")
@Category({"Dirty-page tracking"})
@StackTrace(false)
final class WorkEvent extends Event {
  @Label("Substrate")
  String substrate = "";

  @Label("Technique")
  String technique = "";

  @Label("Phase")
  @Description("FETCH, REARM or PAUSE")
  String phase = "";

  @Label("Took")
  @Timespan(Timespan.NANOSECONDS)
  long took;
}
