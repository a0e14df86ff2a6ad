package dev.ooh.metering.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A technique said what was written. */
@Name("dev.ooh.Gather")
@Label("Pages Gathered")
@Description("A technique said which pages were written since it was asked before")
@Category({"Dirty-page tracking"})
@StackTrace(false)
final class GatherEvent extends Event {
  @Label("Substrate")
  String substrate = "";

  @Label("Technique")
  String technique = "";

  @Label("Pages Asked For")
  long scanned;

  @Label("Pages Armed")
  long armed;

  @Label("Pages Seen Written")
  long written;

  @Label("Pages Unseen")
  @Description("Reported besides, since they can't be watched")
  long unseen;

  @Label("Reasons")
  @Description("Why pages were lost or can't be watched; empty when none were")
  String reasons = "";
}
