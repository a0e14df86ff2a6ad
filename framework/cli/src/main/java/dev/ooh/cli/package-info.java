/**
 * The common part of every {@code ooh} command: finding substrates and techniques, sessions, rows
 * of figures, progress, and what an exception becomes on the terminal.
 *
 * <p>A command is an OSGi service of type {@code ToIntFunction<String[]>} with the properties
 * {@code ooh.command} (its name) and {@code ooh.summary} (one line). It takes the arguments after
 * its name and returns the exit status: 0 done, 1 failed, 2 wrong usage.
 *
 * <pre>{@code
 * @Component(
 *     service = ToIntFunction.class,
 *     property = {"ooh.command=gc", "ooh.summary=run an application on the collected heap"})
 * public final class GcCommand implements ToIntFunction<String[]> {
 *   private final Tracking tracking;
 *
 *   @Activate
 *   public GcCommand(@Reference Tracking tracking) {
 *     this.tracking = tracking;
 *   }
 *
 *   @Override
 *   public int applyAsInt(String[] arguments) {
 *     return CommandSupport.execute(new Run(tracking), arguments);
 *   }
 *
 *   @Command(name = "ooh gc", description = "Runs an application on the collected heap.")
 *   static final class Run implements Callable<Integer> {
 *     @Mixin SessionOptions options = new SessionOptions();
 *     @Spec CommandSpec spec;
 *     …
 *     @Override
 *     public Integer call() throws Exception {
 *       try (Session session = Session.open(tracking, options, "gc", spec)) {
 *         for (String technique : session.techniques()) {
 *           try (TrackedSpace run = session.start(technique)) {
 *             …
 *             session.row(run, application, "small", "total_time", millis, run.timeUnit());
 *           }
 *         }
 *         session.finish();
 *       }
 *       return 0;
 *     }
 *   }
 * }
 * }</pre>
 */
@Version("1.1.0")
@NullMarked
package dev.ooh.cli;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
