package dev.ooh.conformance;

import dev.ooh.conformance.Step.Arm;
import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Carries out the steps of a schedule in a {@link World}. */
final class ScheduleRunner {
  private final World world;
  private final List<String> techniques;
  private final Set<String> departed = new HashSet<>();

  ScheduleRunner(World world, Subject subject) {
    this.world = world;
    this.techniques = new ArrayList<>(subject.others());
    this.techniques.addFirst(subject.technique());
  }

  void run(List<Step> steps) {
    try {
      runAll(steps);
    } finally {
      // The tracking may outlive this world, and with it what was sent away.
      departed.forEach(world.tracking()::arrive);
    }
  }

  private void runAll(List<Step> steps) {
    for (int i = 0; i < steps.size(); i++) {
      try {
        step(steps.get(i));
      } catch (LawViolation e) {
        throw new LawViolation("step %d, %s: %s".formatted(i, steps.get(i), e.getMessage()), e);
      } catch (RuntimeException e) {
        throw new LawViolation("step %d, %s threw %s".formatted(i, steps.get(i), e), e);
      }
      world.poll(1);
    }
  }

  private void step(Step step) {
    switch (step) {
      case Step.Map s -> world.map(s.slot(), s.pages(), s.backing());
      case Step.Unmap s -> world.unmap(s.slot());
      case Step.Remap s -> {
        if (world.unmap(s.slot())) {
          world.map(s.slot(), 1);
        }
      }
      case Step.Write s -> world.write(pages(s.slot(), s.first(), s.count()), s.place());
      case Step.Discard s -> world.discard(pages(s.slot(), s.first(), s.count()));
      case Step.AlwaysDirty s -> world.declareAlwaysDirty(pages(s.slot(), s.first(), 1));
      case Step.WriteFromOutside s ->
          world.writeFromOutside(pages(s.slot(), s.first(), s.count()), s.place());
      case Step.Fetch s -> fetch(s.consumer(), world.mapped(), s.arm());
      case Step.FetchPart s -> fetch(s.consumer(), pages(s.slot(), s.first(), s.count()), s.arm());
      case Step.Commit s -> world.commit(s.consumer());
      case Step.Abort s -> world.abort(s.consumer(), s.which());
      case Step.CloseConsumer s -> world.closeConsumer(s.consumer());
      case Step.Use s -> use(s.technique());
      case Step.Depart s -> depart(s.technique());
      case Step.Arrive s -> arrive(s.technique());
      case Step.Kill s -> world.tracking().kill(s.death());
      case Step.Forked s -> world.fork();
      case Step.RunChild s -> world.runChild(pages(s.slot(), s.first(), s.count()), s.place());
      case Step.CloseChild s -> world.closeChild();
      case Step.Migrate s -> world.migrate();
      case Step.EndMigration s -> world.endMigration();
      case Step.StartWriter s -> world.startWriter(s.seed());
      case Step.JoinWriters s -> world.joinWriters();
      case Step.Poll s -> world.poll(s.times());
    }
  }

  private PageSet pages(int slot, int first, int count) {
    return world.pages(slot, first, count);
  }

  private void fetch(int consumer, PageSet scan, Arm arm) {
    PageSet armed =
        switch (arm) {
          case ALL -> scan;
          case NONE -> PageSet.empty();
          case HALF -> half(scan);
        };
    world.fetch(consumer, scan, armed);
  }

  private static PageSet half(PageSet scan) {
    PageSet.Builder half = PageSet.builder();
    scan.forEachRun(
        (start, end) ->
            half.add(start, start + (end - start) / 2 / PageSet.PAGE_SIZE * PageSet.PAGE_SIZE));
    return half.build();
  }

  private void use(int number) {
    int choice = Math.floorMod(number, techniques.size() + 1);
    String name = choice == techniques.size() ? "all-dirty" : techniques.get(choice);
    if (!departed.contains(name)) {
      world.use(name);
    }
  }

  private void depart(int number) {
    String name = techniques.get(Math.floorMod(number, techniques.size()));
    if (!departed.contains(name) && world.tracking().depart(name)) {
      departed.add(name);
    }
  }

  private void arrive(int number) {
    String name = techniques.get(Math.floorMod(number, techniques.size()));
    if (departed.remove(name)) {
      world.tracking().arrive(name);
    }
  }
}
