package dev.ooh.integration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code ooh doctor} and {@code ooh techniques} say of real memory is what {@code ooh micro}
 * then does, for the user who runs the tests and for one without any privilege.
 */
class AgreementTest {
  private static final String SIZES = "1";
  private static final String DIRTY = "10";

  /** The lines of the kernel's interfaces among what doctor says. */
  private static final String ASYNCHRONOUS = "userfaultfd asynchronous write protect";

  private static final String SYNCHRONOUS = "userfaultfd synchronous write protect";

  @RegisterExtension private static final SharedFramework OOH = new SharedFramework();

  /** What doctor tells the user who runs the tests. */
  private static List<Map<String, String>> ownChecks = List.of();

  @TempDir Path folder;

  /** How someone runs a command. */
  @FunctionalInterface
  private interface Runner {
    Ooh.Done run(String... line) throws Exception;

    /** Whoever runs the tests. */
    static Runner self() {
      return OOH::run;
    }

    /** Another user can only be another process. */
    static Runner of(User user) {
      return line -> Ooh.run(user, line);
    }
  }

  @BeforeAll
  static void examine() throws Exception {
    ownChecks = doctor(Runner.self());
  }

  /** Finer runs than pages included. */
  @Test
  void everyTechniqueWorksOnTheVirtualMachine() {
    List<Map<String, String>> virtual = Findings.where(ownChecks, "substrate", "virtual");
    assertThat(virtual).extracting(check -> check.get("what")).contains("spp", "epml", "spml");
    assertThat(Findings.where(virtual, "works", "false"))
        .extracting(check -> check.get("what"))
        .containsExactly("write-barrier"); // which is for programs that run here
  }

  @Test
  void whatIsSaidIsWhatHappens() throws Exception {
    aNamedOneIsRefusedWithTheSameWords(agree(Runner.self(), folder, ownChecks));
  }

  @Test
  void whatIsSaidToAnUnprivilegedUserIsWhatHappens() throws Exception {
    Optional<User> nobody = User.unprivileged(folder);
    assumeTrue(nobody.isPresent(), "needs root and setpriv, to become a user without privilege");
    Runner runner = Runner.of(nobody.get());
    List<Map<String, String>> checks = doctor(runner);
    agree(runner, nobody.get().folder(), checks);
    for (Map<String, String> refused :
        Findings.where(checks, "substrate", "linux", "works", "false")) {
      assertThat(refused.get("reason")).isNotBlank();
      assertThat(refused.get("remedy")).as(refused.toString()).isNotBlank();
    }
    if (isTrue(ownChecks, ASYNCHRONOUS)) {
      assertThat(isTrue(checks, ASYNCHRONOUS)).isTrue();
      assertThat(Findings.where(checks, "what", "uffd", "memory", "anonymous", "works", "true"))
          .isNotEmpty();
    }
    for (Map<String, String> refused :
        Findings.where(checks, "substrate", "linux", "what", SYNCHRONOUS, "works", "false")) {
      assertThat(refused.get("remedy")).contains("vm.unprivileged_userfaultfd", "CAP_SYS_PTRACE");
    }
  }

  private static boolean isTrue(List<Map<String, String>> checks, String what) {
    return !Findings.where(checks, "substrate", "linux", "what", what, "works", "true").isEmpty();
  }

  private static List<Map<String, String>> doctor(Runner runner) throws Exception {
    return Findings.of(succeed(runner, "doctor", "--json").out());
  }

  private static Ooh.Done succeed(Runner runner, String... line) throws Exception {
    Ooh.Done done = runner.run(line);
    assertThat(done.status()).as(done.err()).isZero();
    return done;
  }

  /** Returns what {@code ooh techniques} says of real memory. */
  private static List<Map<String, String>> agree(
      Runner runner, Path folder, List<Map<String, String>> checks) throws Exception {
    Path csv = folder.resolve("micro.csv");
    List<Map<String, String>> techniques =
        Findings.where(
            Findings.of(succeed(runner, "techniques", "--json").out()), "substrate", "linux");
    assertThat(techniques).hasSizeGreaterThan(4);
    Ooh.Done done =
        succeed(
            runner,
            "micro",
            "--substrate",
            "linux",
            "--technique",
            "all",
            "--sizes",
            SIZES,
            "--dirty",
            DIRTY,
            "--warm-up",
            "0",
            "--csv",
            csv.toString());
    Figures figures = Figures.of(csv);

    List<String> refusals = new ArrayList<>();
    for (Map<String, String> technique : techniques) {
      String name = technique.get("technique");
      List<Map<String, String>> said = Findings.where(checks, "what", name, "substrate", "linux");
      if (technique.get("usable").equals("true")) {
        assertThat(said).as(name).hasSizeGreaterThan(1);
        assertThat(Findings.where(said, "memory", "anonymous"))
            .singleElement()
            .satisfies(check -> assertThat(check).containsEntry("works", "true"))
            .satisfies(check -> assertThat(check.get("reason")).contains(technique.get("reason")));
        everyRowIsComplete(figures, name);
      } else {
        assertThat(said)
            .singleElement()
            .satisfies(check -> assertThat(check).containsEntry("works", "false"))
            .satisfies(check -> assertThat(check).containsEntry("memory", "*"))
            .satisfies(check -> assertThat(check.get("reason")).isEqualTo(technique.get("reason")))
            .satisfies(check -> assertThat(check.get("remedy")).isEqualTo(technique.get("remedy")));
        assertThat(figures.techniques()).doesNotContain(name);
        refusals.add(refusal(technique));
      }
    }
    everyRowIsComplete(figures, "none");
    assertThat(figures.techniques()).hasSize(1 + techniques.size() - refusals.size());
    assertThat(done.err().lines()).containsExactlyInAnyOrderElementsOf(refusals);
    return techniques;
  }

  private static void everyRowIsComplete(Figures figures, String technique) {
    for (String size : SIZES.split(",")) {
      for (String percent : DIRTY.split(",")) {
        String configuration = size + "/" + percent;
        double written = figures.get(technique, configuration, "pages_written");
        assertThat(written).as(technique + " " + configuration).isPositive();
        assertThat(figures.get(technique, configuration, "pages_reported"))
            .as(technique + " " + configuration)
            .isGreaterThanOrEqualTo(written);
      }
    }
  }

  private static void aNamedOneIsRefusedWithTheSameWords(List<Map<String, String>> techniques)
      throws Exception {
    Map<String, String> refused = Findings.where(techniques, "usable", "false").getFirst();
    String name = refused.get("technique");
    Ooh.Done done = OOH.run("micro", "--substrate", "linux", "--technique", name);
    assertThat(done.status()).isEqualTo(1);
    assertThat(done.err()).hasLineCount(1).contains(refusal(refused));
  }

  private static String refusal(Map<String, String> technique) {
    return "technique %s is refused on linux: %s (%s)"
        .formatted(technique.get("technique"), technique.get("reason"), technique.get("remedy"));
  }
}
