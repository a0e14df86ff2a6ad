package dev.ooh.metering.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A technique works that is not the wanted one. */
@Name("dev.ooh.Fallback")
@Label("Technique Fell Back")
@Description("A technique works for a space in place of the one that was wanted")
@Category({"Dirty-page tracking"})
@StackTrace(false)
final class FallbackEvent extends Event {
  @Label("Substrate")
  String substrate = "";

  @Label("Technique")
  @Description("The one that works now")
  String technique = "";

  @Label("Reason")
  @Description("Why the wanted one doesn't")
  String reason = "";
}
