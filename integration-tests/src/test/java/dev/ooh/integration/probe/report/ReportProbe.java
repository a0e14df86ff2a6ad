package dev.ooh.integration.probe.report;

import dev.ooh.weaving.WeavingReport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Carries the weaver's report out of the framework. */
public final class ReportProbe implements Callable<Map<String, List<String>>> {
  @Override
  public Map<String, List<String>> call() {
    BundleContext context = FrameworkUtil.getBundle(ReportProbe.class).getBundleContext();
    WeavingReport report = context.getService(context.getServiceReference(WeavingReport.class));
    return Map.of(
        "woven", report.woven().stream().map(Object::toString).toList(),
        "linked", List.of(Boolean.toString(report.linked())),
        "problems", report.problems());
  }
}
