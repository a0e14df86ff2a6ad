package dev.ooh.launcher;

import java.io.File;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Registers commands that end in every way a command can, and an option. */
public final class TestCommands implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    command(
        context,
        "status",
        arguments -> {
          System.setProperty(LateEvents.COMMAND_RAN, "true");
          return Integer.parseInt(arguments[0]);
        });
    command(
        context,
        "echo",
        arguments -> {
          System.setProperty("launcher.test.echo", String.join(" ", arguments));
          return 0;
        });
    command(
        context,
        "throw",
        arguments -> {
          throw new IllegalStateException("thrown\non purpose");
        });
    command(
        context,
        "error",
        arguments -> {
          throw new NoClassDefFoundError("gone/Missing");
        });
    command(
        context,
        "format",
        arguments -> {
          System.out.println("%d of %.1f".formatted(7, 8.5));
          return 0;
        });
    command(
        context,
        "temporary",
        arguments -> {
          String folder = System.getProperty("java.io.tmpdir");
          System.setProperty("launcher.test.temporary", String.join(" ", new File(folder).list()));
          return 0;
        });
    Function<String, AutoCloseable> option =
        value -> {
          if (value.equals("bad")) {
            throw new IllegalArgumentException("wanted a good one");
          }
          System.setProperty("launcher.test.option", "open " + value);
          return () -> System.setProperty("launcher.test.option", "closed " + value);
        };
    context.registerService(Function.class, option, properties("ooh.option", "--with"));
  }

  private static void command(BundleContext context, String name, ToIntFunction<String[]> command) {
    context.registerService(ToIntFunction.class, command, properties("ooh.command", name));
  }

  private static Dictionary<String, String> properties(String key, String name) {
    Hashtable<String, String> properties = new Hashtable<>();
    properties.put(key, name);
    properties.put("ooh.summary", "what " + name + " does");
    return properties;
  }

  @Override
  public void stop(BundleContext context) {}
}
