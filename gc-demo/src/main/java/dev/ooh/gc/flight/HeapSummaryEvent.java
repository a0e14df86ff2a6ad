package dev.ooh.gc.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The heap at one time. */
@Name("dev.ooh.GCHeapSummary")
@Label("GC Heap Summary")
@Description("The collected heap before and after a cycle")
@Category({"Dirty-page tracking", "Collector"})
@StackTrace(false)
final class HeapSummaryEvent extends Event {
  @Label("GC Identifier")
  long gcId;

  @Label("When")
  @Description("Before GC or After GC")
  String when = "";

  @Label("Heap Used")
  @Description("Bytes in objects' cells")
  @DataAmount
  long heapUsed;

  @Label("Heap Space")
  @Description("Bytes mapped for objects")
  @DataAmount
  long heapSpace;
}
