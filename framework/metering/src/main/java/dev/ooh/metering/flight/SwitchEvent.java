package dev.ooh.metering.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Another technique works from now on. */
@Name("dev.ooh.Switch")
@Label("Technique Switched")
@Description("Another technique works for a space from now on, or none")
@Category({"Dirty-page tracking"})
@StackTrace(false)
final class SwitchEvent extends Event {
  @Label("Substrate")
  String substrate = "";

  @Label("From")
  @Description("Empty when the tracking begins")
  String from = "";

  @Label("To")
  @Description("Empty when the tracking ends")
  String to = "";
}
