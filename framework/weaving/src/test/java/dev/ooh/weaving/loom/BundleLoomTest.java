package dev.ooh.weaving.loom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** In a framework of stand-ins: one bundle weaves, another is woven. */
class BundleLoomTest {
  private final List<String> failures = new ArrayList<>();
  private final List<String> woven = new ArrayList<>();
  private final List<Object> refreshed = new ArrayList<>();
  private final Bundle own = bundle(1);
  private final Bundle other = bundle(2);

  /** What ends with the refresh of the other bundle. */
  private final List<Bundle> closure = new ArrayList<>(List.of(other));

  /** The classes of package app are chosen by their names. */
  private class Chosen implements Weave {
    @Override
    public String name() {
      return "the loom";
    }

    @Override
    public boolean concerns(BundleWiring bundle) {
      return true;
    }

    @Override
    public boolean choosesByName() {
      return true;
    }

    @Override
    public boolean wantsByName(String className) {
      return className.startsWith("app.");
    }

    @Override
    public boolean wants(String className, byte[] classFile) {
      return wantsByName(className);
    }

    @Override
    public boolean hasWoven(ClassLoader loader, String className) {
      return woven.contains(className);
    }

    @Override
    public Optional<Woven> weave(BundleWiring bundle, String className, byte[] classFile) {
      return Optional.empty();
    }

    @Override
    public void failed(BundleWiring bundle, String what, String reason) {
      failures.add(what + ": " + reason);
    }
  }

  private static <T> T standIn(Class<T> type, InvocationHandler answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getName().equals("equals")
                    ? (Object) (proxy == arguments[0])
                    : answers.invoke(proxy, method, arguments)));
  }

  private static Bundle bundle(long id) {
    return standIn(
        Bundle.class,
        (bundle, method, arguments) ->
            switch (method.getName()) {
              case "getBundleId" -> id;
              case "getSymbolicName" -> "bundle" + id;
              case "adapt" -> wiring((Bundle) bundle);
              case "findEntries" ->
                  Collections.enumeration(List.of(classFile("app/A"), classFile("app/B")));
              default -> null;
            });
  }

  private static URL classFile(String name) throws IOException {
    return URL.of(
        URI.create("bundle://2/" + name + ".class"),
        new URLStreamHandler() {
          @Override
          protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
              @Override
              public void connect() {}

              @Override
              public InputStream getInputStream() {
                return InputStream.nullInputStream();
              }
            };
          }
        });
  }

  private static BundleWiring wiring(Bundle bundle) {
    return standIn(
        BundleWiring.class,
        (wiring, method, arguments) ->
            switch (method.getName()) {
              case "getBundle" -> bundle;
              case "getRequiredWires" -> List.of();
              default -> null;
            });
  }

  private BundleLoom start(Weave weave) {
    FrameworkWiring framework =
        standIn(
            FrameworkWiring.class,
            (it, method, arguments) -> {
              if (method.getName().equals("getDependencyClosure")) {
                return closure;
              }
              refreshed.addAll((Collection<?>) arguments[0]);
              return null;
            });
    Bundle system = standIn(Bundle.class, (it, method, arguments) -> framework);
    BundleContext context =
        standIn(
            BundleContext.class,
            (it, method, arguments) ->
                switch (method.getName()) {
                  case "getBundle" -> arguments == null ? own : system;
                  case "getBundles" -> new Bundle[] {own, other};
                  default -> standIn(ServiceRegistration.class, (service, asked, none) -> null);
                });
    return BundleLoom.start(context, weave, linkage());
  }

  /** A class of the bundle that weaves. */
  private Class<?> linkage() {
    class OwnLoader extends ClassLoader implements BundleReference {
      @Override
      public Bundle getBundle() {
        return own;
      }
    }
    return Proxy.newProxyInstance(
            new OwnLoader(), new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> null)
        .getClass();
  }

  private WovenClass loaded(String className) {
    return standIn(
        WovenClass.class,
        (woven, method, arguments) ->
            switch (method.getName()) {
              case "getBundleWiring" -> wiring(other);
              case "getClassName" -> className;
              default -> new byte[0];
            });
  }

  /** A class that was loaded while nobody wove stays unwoven, whatever was woven before. */
  @Test
  void aBundleOfWhichSomeClassesAreWovenIsRefreshed() {
    woven.add("app.A");
    start(new Chosen());
    assertThat(refreshed).containsExactly(other);
    assertThat(failures).isEmpty();
  }

  @Test
  void aBundleOfWhichAllClassesAreWovenStays() {
    woven.addAll(List.of("app.A", "app.B"));
    start(new Chosen());
    assertThat(refreshed).isEmpty();
    assertThat(failures).isEmpty();
  }

  /** However far the weaver is from it: it would come back, and refresh it again. */
  @Test
  void aBundleWhoseRefreshWouldEndTheWeaverStays() {
    closure.add(own);
    start(new Chosen());
    assertThat(refreshed).isEmpty();
    assertThat(failures).singleElement().asString().startsWith("app.A: its bundle carries");
  }

  /** The framework would shut out the hook that throws it, and load the class unwoven. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anErrorOfAnyKindIsToldAndNotThrown(boolean asked) {
    BundleLoom loom =
        start(
            new Chosen() {
              @Override
              public boolean wants(String className, byte[] classFile) {
                if (asked) {
                  throw new StackOverflowError();
                }
                return super.wants(className, classFile);
              }

              @Override
              public Optional<Woven> weave(
                  BundleWiring bundle, String className, byte[] classFile) {
                throw new StackOverflowError();
              }
            });
    loom.weave(loaded("app.Storing"));
    assertThat(failures).containsExactly("app.Storing: java.lang.StackOverflowError");
  }
}
