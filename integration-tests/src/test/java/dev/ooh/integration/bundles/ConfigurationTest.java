package dev.ooh.integration.bundles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Settings come from Felix's ConfigAdmin where there is one. */
class ConfigurationTest {
  private static final String ADMIN = "org.osgi.service.cm.ConfigurationAdmin";

  @Test
  void settingsComeFromAConfiguration(@TempDir Path storage) throws Exception {
    try (BundleFolder folder = BundleFolder.start(storage)) {
      Path jar =
          Path.of(
              Class.forName("org.apache.felix.cm.impl.ConfigurationManager")
                  .getProtectionDomain()
                  .getCodeSource()
                  .getLocation()
                  .toURI());
      Bundle admin = folder.context().installBundle("reference:" + jar.toUri());
      admin.start();
      configure(folder.context(), "dev.ooh.virtual", "cost-profile", "lavish");
      configure(folder.context(), "dev.ooh.tracking", "uffd.mode", "telepathy");
      // Started anew it finds the service's package, and the configurations before any component.
      folder.refresh(folder.bundle("org.apache.felix.scr"));
      assertThat(techniques(folder))
          .contains("cost profile is 'lavish'")
          .contains("setting uffd.mode is 'telepathy', wanted any, synchronous or asynchronous");
    }
  }

  @SuppressWarnings("unchecked")
  private static String techniques(BundleFolder folder) throws Exception {
    ServiceReference<?>[] found =
        folder
            .context()
            .getAllServiceReferences(ToIntFunction.class.getName(), "(ooh.command=techniques)");
    assertThat(found).hasSize(1);
    ToIntFunction<String[]> command =
        (ToIntFunction<String[]>) folder.context().getService(found[0]);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThat(command.applyAsInt(new String[] {"--json"})).isZero();
    } finally {
      System.setOut(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  private static void configure(BundleContext context, String pid, String name, String value)
      throws Exception {
    ServiceReference<?>[] found = context.getAllServiceReferences(ADMIN, null);
    assertThat(found).hasSize(1);
    Object admin = context.getService(found[0]);
    Object configuration =
        admin
            .getClass()
            .getMethod("getConfiguration", String.class, String.class)
            .invoke(admin, pid, "?");
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(name, value);
    configuration
        .getClass()
        .getMethod("update", Dictionary.class)
        .invoke(configuration, properties);
  }
}
