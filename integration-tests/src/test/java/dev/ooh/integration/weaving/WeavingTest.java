package dev.ooh.integration.weaving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.BundleFolder;
import dev.ooh.integration.bundles.ProbeBundle;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

class WeavingTest {
  private static final String PROBES = "dev.ooh.integration.probe.";
  private static final String CONSUMER = PROBES + "consumer";
  private static final Map<String, String> EXPECTS_WEAVING = Map.of("OoH-Consumer", "true");

  @TempDir private Path storage;
  private BundleFolder folder;

  @BeforeEach
  void start() throws Exception {
    folder = BundleFolder.start(storage);
  }

  @AfterEach
  void stop() throws Exception {
    folder.close();
  }

  @Test
  void aConsumerReachesTheCoreAndTheWeaverSaysSo() throws Exception {
    Bundle consumer = install(CONSUMER, EXPECTS_WEAVING);
    assertThat(ask(consumer)).doesNotContain("not woven");
    assertThat(report().get("woven"))
        .contains(CONSUMER + ".AskingProbe.changedPages of " + CONSUMER);
    assertThat(report().get("linked")).containsExactly("true");
    assertThat(report().get("problems")).isEmpty();
  }

  @Test
  void theLinkFollowsTheCore() throws Exception {
    Bundle consumer = install(CONSUMER, EXPECTS_WEAVING);
    List<String> withCore = ask(consumer);
    Bundle core = folder.bundle("dev.ooh.tracking-core");
    core.stop();
    assertThat(ask(consumer)).singleElement().asString().contains("went away");
    assertThat(report().get("linked")).containsExactly("false");
    core.start();
    assertThat(ask(consumer)).isEqualTo(withCore);
    folder.refresh(core);
    assertThat(ask(consumer)).isEqualTo(withCore);
  }

  @Test
  void withoutTheWeaverTheConsumerIsRightAndSaysAll() throws Exception {
    folder.bundle("dev.ooh.weaving").stop();
    assertThat(ask(install(CONSUMER, EXPECTS_WEAVING))).containsExactly("not woven");
  }

  @Test
  void aConsumerThatWasThereBeforeTheWeaverIsRefreshed() throws Exception {
    Bundle weaver = folder.bundle("dev.ooh.weaving");
    weaver.stop();
    Bundle consumer = install(CONSUMER, EXPECTS_WEAVING);
    assertThat(ask(consumer)).containsExactly("not woven");
    weaver.start();
    folder.settle();
    assertThat(consumer.getState()).isEqualTo(Bundle.ACTIVE);
    assertThat(ask(consumer)).doesNotContain("not woven");
  }

  @Test
  void theWeaverThatComesBackLinksWhatItWoveBefore() throws Exception {
    Bundle consumer = install(CONSUMER, EXPECTS_WEAVING);
    List<String> linked = ask(consumer);
    BundleWiring wiring = consumer.adapt(BundleWiring.class);
    Bundle weaver = folder.bundle("dev.ooh.weaving");
    weaver.stop();
    assertThat(ask(consumer)).singleElement().asString().contains("went away");
    weaver.start();
    folder.settle();
    assertThat(ask(consumer)).isEqualTo(linked);
    assertThat(consumer.adapt(BundleWiring.class)).isSameAs(wiring);
  }

  @Test
  void anUpdatedWeaverWeavesTheConsumersAnew() throws Exception {
    Bundle consumer = install(CONSUMER, EXPECTS_WEAVING);
    List<String> linked = ask(consumer);
    folder.bundle("dev.ooh.weaving").update();
    folder.refresh();
    folder.settle();
    assertThat(ask(consumer)).isEqualTo(linked);
  }

  @Test
  void aBundleThatExpectsWeavingAndHasNothingToWeaveIsAnError() throws Exception {
    Bundle unmarked = install(PROBES + "unmarked", EXPECTS_WEAVING);
    assertThat(report().get("problems"))
        .singleElement()
        .asString()
        .contains(PROBES + "unmarked", "OoH-Consumer", "no method marked");
    unmarked.uninstall();
    folder.refresh();
    assertThat(report().get("problems")).isEmpty();
  }

  @Test
  void aBundleThatDoesNotExpectWeavingMayHaveNothingToWeave() throws Exception {
    install(PROBES + "unmarked", Map.of());
    assertThat(report().get("problems")).isEmpty();
  }

  @Test
  void aWrongSignatureIsAnErrorAndTheMethodAnswersItself() throws Exception {
    Bundle wrong = install(PROBES + "wrong", EXPECTS_WEAVING);
    assertThat(BundleFolder.<Long>call(wrong, PROBES + "wrong.WrongSignature")).isEqualTo(1);
    assertThat(report().get("problems"))
        .singleElement()
        .asString()
        .contains("WrongSignature.changedPages", "(PageSet)Interval");
  }

  @Test
  void aConsumerThatWentAwayIsForgotten() throws Exception {
    Bundle consumer = install(CONSUMER, EXPECTS_WEAVING);
    ask(consumer);
    WeakReference<ClassLoader> departed =
        new WeakReference<>(consumer.adapt(BundleWiring.class).getClassLoader());
    consumer.uninstall();
    folder.refresh();
    while (departed.get() != null) {
      System.gc();
    }
    assertThat(report().get("woven")).noneMatch(line -> line.contains(CONSUMER));
  }

  private Bundle install(String probe, Map<String, String> headers) throws Exception {
    return folder.install(ProbeBundle.of(probe, headers));
  }

  private static List<String> ask(Bundle consumer) throws Exception {
    return BundleFolder.call(consumer, CONSUMER + ".AskingProbe");
  }

  private Map<String, List<String>> report() throws Exception {
    Bundle probe = install(PROBES + "report", Map.of());
    try {
      return BundleFolder.call(probe, PROBES + "report.ReportProbe");
    } finally {
      probe.uninstall();
      folder.refresh(probe);
    }
  }
}
