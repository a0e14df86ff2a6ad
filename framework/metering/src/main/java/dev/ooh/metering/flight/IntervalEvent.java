package dev.ooh.metering.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A consumer's interval ended. */
@Name("dev.ooh.Interval")
@Label("Interval Ended")
@Description("A consumer committed what was delivered to it, or gave it back")
@Category({"Dirty-page tracking"})
@StackTrace(false)
final class IntervalEvent extends Event {
  @Label("Substrate")
  String substrate = "";

  @Label("Technique")
  String technique = "";

  @Label("Consumer")
  String consumer = "";

  @Label("Sequence")
  @Description("Of the consumer's intervals, from 1 on")
  long sequence;

  @Label("Pages Delivered")
  long pages;

  @Label("Committed")
  @Description("False where its pages are in the consumer's next interval again")
  boolean committed;

  @Label("Reasons")
  @Description("Why pages are in it that nobody saw written; empty when there are none")
  String reasons = "";
}
